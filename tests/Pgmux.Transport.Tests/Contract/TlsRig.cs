using System.Buffers;
using System.Net;
using System.Net.Security;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Tests.Tls;
using Pgmux.Transport.Tls;

namespace Pgmux.Transport.Tests.Contract;

/// <summary>Another rig whose connections are encrypted.</summary>
public sealed class TlsRig(ContractRig inner) : ContractRig
{
    private static readonly SslServerAuthenticationOptions Server = new() { ServerCertificate = TestCertificate.Create("localhost") };

    private static readonly SslClientAuthenticationOptions Client = new()
    {
        TargetHost = "localhost",
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
    };

    public override EventLoop Loop => inner.Loop;

    public override EventLoop OtherLoop => inner.OtherLoop;

    public override EndPoint FreeEndPoint => inner.FreeEndPoint;

    public override EndPoint NobodyEndPoint => inner.NobodyEndPoint;

    public override List<Exception> Unhandled => inner.Unhandled;

    public override Task RunAsync(Func<Task> body) => inner.RunAsync(body);

    public override async Task<ConnectionPair> ConnectAsync(SocketTuning? tuning = null)
    {
        var (client, server) = await inner.ConnectAsync(tuning);
        var tls = new TlsTuning { Socket = tuning ?? new() };
        var accepting = TlsHandshake.AcceptAsync(server, Server, tls);
        var pair = new ConnectionPair(await TlsHandshake.ConnectAsync(client, Client, tls), await accepting);

        // A server sends tickets behind its handshake, which the client has read before it reads anything else.
        await ExchangeAsync(pair.Server, pair.Client);
        await ExchangeAsync(pair.Client, pair.Server);
        return pair;
    }

    public override void Reset(TransportConnection connection)
    {
        inner.Reset(((TlsConnection)connection).Link);
        connection.Abort();
    }

    public override void HalfClose(TransportConnection connection) => inner.HalfClose(((TlsConnection)connection).Link);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    private static async Task ExchangeAsync(TransportConnection from, TransportConnection to)
    {
        from.Output.Write("!"u8);
        await from.Output.FlushAsync();
        await to.Input.ReadExactlyAsync(1);
    }

    internal override BufferPool BuffersOf(EventLoop loop) => inner.BuffersOf(loop);
}
