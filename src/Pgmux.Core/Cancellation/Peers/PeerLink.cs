using System.Net;
using System.Net.Sockets;
using Pgmux.Core.Configuration;
using Pgmux.Core.Servers;
using Pgmux.Core.Servers.Hosts;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Cancellation.Peers;

/// <summary>
/// A connection to another process that carries one cancel request. In clear, as PgBouncer's: what it carries cancels one query, and clients
/// before PostgreSQL 17 send it in clear too.
/// </summary>
internal sealed class PeerLink(ServerConnector connector)
{
    /// <summary>The address of a host as the configuration names it.</summary>
    public static EndPoint EndPointOf(string host, int port) => host.StartsWith('/') || host.StartsWith('@')
        ? new UnixDomainSocketEndPoint($"{host}/.s.PGSQL.{port}")
        : IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);

    /// <summary>Sends the request and waits until the other side has closed, or the time is over.</summary>
    /// <param name="loop">The loop that waits.</param>
    /// <param name="options">Time limit of the connection and options of the socket.</param>
    /// <param name="endPoint">Where to.</param>
    /// <param name="processId">Process id of the request.</param>
    /// <param name="secret">Secret of the request.</param>
    /// <param name="deadline">The time.</param>
    /// <param name="sent">Told when it has been sent.</param>
    /// <returns>Null, or what went wrong.</returns>
    public async Task<string?> SendAsync(
        EventLoop loop, PgmuxOptions options, EndPoint endPoint, int processId, ReadOnlyMemory<byte> secret, CancelDeadline deadline, Action sent)
    {
        TransportConnection? transport = null;
        try
        {
            var connect = new ConnectOptions { EndPoint = endPoint, Timeout = options.ServerConnectTimeout, Tuning = ServerTarget.Tuning(options) };
            transport = await connector.ConnectAsync(loop, endPoint, connect, deadline.Token);
            using var abort = deadline.Token.Register(static state => ((TransportConnection)state!).Abort(), transport);
            FrontendMessages.WriteCancelRequest(transport.Output, processId, secret.Span);
            await transport.Output.FlushAsync();
            sent();
            return await CancelEnd.WaitAsync(transport) && !deadline.IsOver ? null : "cancel_wait_timeout";
        }
        catch (ConnectException failure)
        {
            return failure.Message;
        }
        catch (OperationCanceledException)
        {
            return "cancel_wait_timeout";
        }
        finally
        {
            transport?.Input.Complete();
            transport?.Abort();
        }
    }
}
