using System.Net.Security;
using Pgmux.Transport.Tests.Contract;
using Pgmux.Transport.Tls;

namespace Pgmux.Transport.Tests.Tls;

/// <summary>What a handshake does to the loop that its connection is on.</summary>
internal sealed class TlsHandshakeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [TestCase(RigKind.Tcp)]
    [TestCase(RigKind.UringTcp)]
    [Property("Row", "T14")]
    public async Task The_loop_serves_others_while_a_handshake_keeps_a_processor_busy(RigKind kind)
    {
        await using var rig = new SocketRig(kind);
        await rig.RunAsync(async () =>
        {
            var (client, server) = await rig.ConnectAsync();
            var accepting = TlsHandshake.AcceptAsync(server, Choose, new TlsTuning());
            var options = new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, _, _, _) => true };
            var encrypted = await TlsHandshake.ConnectAsync(client, options, new TlsTuning());
            Assert.That((await accepting).Tls!.CipherSuite, Is.EqualTo(encrypted.Tls!.CipherSuite));
        });

        // Stands for the arithmetic, which takes the same thread.
        SslServerAuthenticationOptions Choose(string host)
        {
            using var served = new ManualResetEventSlim();
            rig.Loop.Post(_ => served.Set(), null);
            Assert.That(served.Wait(Patience), Is.True, "the loop has done something else meanwhile");
            return new() { ServerCertificate = TestCertificate.Create(host) };
        }
    }

    [TestCase(RigKind.Tcp)]
    [TestCase(RigKind.UringTcp)]
    public async Task A_connection_that_is_closed_during_the_handshake_ends_it(RigKind kind)
    {
        await using var rig = new SocketRig(kind);
        await rig.RunAsync(async () =>
        {
            var (client, server) = await rig.ConnectAsync();
            var accepting = TlsHandshake.AcceptAsync(server, Choose, new TlsTuning());
            var options = new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, _, _, _) => true };
            var connecting = TlsHandshake.ConnectAsync(client, options, new TlsTuning());
            await Assert.ThatAsync(() => accepting, Throws.TypeOf<TlsException>());
            await Assert.ThatAsync(() => connecting, Throws.TypeOf<TlsException>());

            SslServerAuthenticationOptions Choose(string host)
            {
                // Off the loop, in the middle of it; what is written from now on has nowhere to go.
                using var closed = new ManualResetEventSlim();
                rig.Loop.Post(
                    _ =>
                    {
                        server.Abort();
                        closed.Set();
                    },
                    null);
                Assert.That(closed.Wait(Patience), Is.True);
                return new() { ServerCertificate = TestCertificate.Create(host) };
            }
        });
    }
}
