using System.Buffers;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Configuration;
using Pgmux.Protocol;
using Pgmux.Transport.Tls;

namespace Pgmux.Core.Clients;

/// <summary>
/// TLS of one client that logs in: asked for by SSLRequest, or begun at once (PostgreSQL 17, sslnegotiation=direct). Not over Unix sockets,
/// as in PgBouncer.
/// </summary>
internal sealed class ClientEncryption(ClientConnection client, ConfigSnapshot configuration, ILogger logger)
{
    /// <summary>First byte of a TLS record of a handshake: no length of a startup packet begins with it.</summary>
    private const byte HandshakeRecord = 0x16;

    private static readonly TlsTuning Tuning = new();

    private readonly ClientTls? _tls = client.Transport.PeerCredentials is null ? configuration.ClientTls : null;

    /// <summary>Whether an SSLRequest is to be answered with yes.</summary>
    public bool IsOffered => _tls is not null && client.Transport.Tls is null;

    /// <summary>Whether the client would log in in clear and must not.</summary>
    public bool IsMissing => IsOffered && configuration.Options.ClientTlsSslmode >= TlsMode.Require;

    /// <summary>Whether these, the first bytes of a connection, are TLS already.</summary>
    public bool IsBegunBy(in ReadOnlySequence<byte> input) => IsOffered && !input.IsEmpty && input.FirstSpan[0] == HandshakeRecord;

    /// <summary>Says yes and lets the client begin. False when that failed and the client is closed.</summary>
    public async ValueTask<bool> AcceptAsync()
    {
        client.OnEncrypting();
        BackendMessages.WriteSslAccepted(client.Transport.Output);
        await client.Transport.Output.FlushAsync();
        return await HandshakeAsync();
    }

    /// <summary>
    /// The client has begun without asking. Then it must have named the protocol by ALPN, or an attacker could pass another protocol's bytes
    /// off as PostgreSQL's. False when the client is closed.
    /// </summary>
    public async ValueTask<bool> AcceptDirectAsync()
    {
        client.OnEncrypting();
        if (!await HandshakeAsync())
        {
            return false;
        }

        if (client.Transport.Tls!.ApplicationProtocol.Span.SequenceEqual(TlsFileReader.Postgresql.Protocol.Span))
        {
            return true;
        }

        Fail("the client has begun with TLS at once and has not named the protocol \"postgresql\" by ALPN");
        return false;
    }

    private async ValueTask<bool> HandshakeAsync()
    {
        var check = _tls!.CreateCheck();
        try
        {
            var encrypted = _tls.Names is null
                ? await TlsHandshake.AcceptAsync(client.Transport, _tls.OptionsFor(check), Tuning)
                : await TlsHandshake.AcceptAsync(client.Transport, host => _tls.OptionsFor(check, host), Tuning);
            if (client.State != ClientState.Closed)
            {
                client.OnEncrypted(encrypted);
            }
            else
            {
                // The client's time was up as the last word of the handshake came.
                encrypted.Abort();
            }
        }
        catch (TlsException e)
        {
            Fail(check.Problem ?? e.Message);
        }

        return client.State != ClientState.Closed;
    }

    private void Fail(string reason)
    {
        if (client.State != ClientState.Closed)
        {
            ClientsLog.TlsFailed(logger, client.LogName, reason);
            client.Close(ClientCloseReason.TlsFailed);
        }
    }
}
