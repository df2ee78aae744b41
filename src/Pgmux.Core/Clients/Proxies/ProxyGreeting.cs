using System.Buffers;
using System.Net;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;
using Pgmux.Core.Diagnostics;
using Pgmux.Transport;

namespace Pgmux.Core.Clients.Proxies;

/// <summary>
/// The header that a connection from proxy_protocol_from begins with, ahead of everything else: the startup packet or the TLS handshake may
/// come with it. A connection from elsewhere is not looked at: its client could claim any address.
/// </summary>
internal static class ProxyGreeting
{
    /// <summary>Whether a header has to come.</summary>
    public static bool IsDue(ClientConnection client, PgmuxOptions options) =>
        options.ProxyProtocolFrom.Count > 0 && client.Transport.RemoteEndPoint is IPEndPoint peer && options.ProxyProtocolFrom.Contains(peer.Address);

    /// <summary>Reads the header. False when the client has been closed instead.</summary>
    public static async ValueTask<bool> ReadAsync(ClientConnection client, ILogger logger)
    {
        while (true)
        {
            var result = await client.Transport.Input.ReadAsync();
            if (client.State == ClientState.Closed)
            {
                return false;
            }

            try
            {
                if (TryTake(client, result.Buffer))
                {
                    ClientsLog.Proxied(logger, client.LogName, EndPointText.Join(client.Transport.RemoteEndPoint));
                    return true;
                }
            }
            catch (ProxyHeaderException wrong)
            {
                ClientsLog.ProxyHeaderRefused(logger, client.LogName, wrong.Message);
                client.Close(ClientCloseReason.ProxyHeaderRefused);
                return false;
            }

            if (result.IsCompleted)
            {
                client.Close(ClientCloseReason.UnexpectedEof);
                return false;
            }
        }
    }

    private static bool TryTake(ClientConnection client, in ReadOnlySequence<byte> buffer)
    {
        using var read = new ContiguousRead(buffer);
        if (!ProxyHeaderReader.TryRead(read.Span, out var source, out var taken))
        {
            client.Transport.Input.AdvanceTo(buffer.Start, buffer.End);
            return false;
        }

        client.OnProxied(source);
        client.Transport.Input.AdvanceTo(buffer.GetPosition(taken));
        return true;
    }
}
