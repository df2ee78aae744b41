using System.Buffers;
using System.Net.Sockets;
using Pgmux.Transport.Loops;

namespace Pgmux.Transport.Tests.Contract;

/// <summary>A connection that another process goes on with: what an online restart rests on.</summary>
public sealed class DetachContractTests(RigKind kind) : ContractFixture(kind)
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    private readonly RigKind _kind = kind;

    private bool HasSockets => _kind is RigKind.Tcp or RigKind.Unix or RigKind.UringTcp or RigKind.UringUnix;

    [Test]
    public Task A_detached_connection_goes_on_where_it_is_adopted() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var remote = server.RemoteEndPoint.ToString();
        var read = server.Input.ReadAsync();
        await Rig.SettleAsync();
        var descriptor = server.Detach();
        if (!HasSockets)
        {
            Assert.That(descriptor, Is.EqualTo(-1), "there is none");
            client.Close();
            var end = await read;
            Assert.That(end.IsCompleted, Is.True);
            return;
        }

        Assert.That(descriptor, Is.GreaterThan(0));
        var result = await read;
        Assert.That((result.IsCompleted, server.Descriptor, server.PeerState), Is.EqualTo((true, -1, PeerState.Closed)));

        var adopted = await Rig.OtherLoop.RunAsync(() => Task.FromResult(Rig.OtherLoop.Adopt(descriptor, new SocketTuning())));
        Assert.That(adopted.RemoteEndPoint.ToString(), Is.EqualTo(remote));
        await client.Output.WriteAsync(Hello);
        var heard = await Rig.OtherLoop.RunAsync(async () =>
        {
            var bytes = await adopted.Input.ReadExactlyAsync(5);
            adopted.Output.Write(bytes);
            await adopted.Output.FlushAsync();
            return bytes;
        });
        Assert.That(heard, Is.EqualTo(Hello));
        Assert.That(await client.Input.ReadExactlyAsync(5), Is.EqualTo(Hello));
        await Rig.OtherLoop.RunAsync(() =>
        {
            adopted.Close();
            return Task.CompletedTask;
        });
        Assert.That(await client.Input.ReadToEndAsync(), Is.Empty);
    });

    [Test]
    public Task What_comes_while_it_is_held_goes_along() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var read = server.Input.ReadAsync();
        server.IsHeld = true;
        await Rig.SettleAsync();
        await client.Output.WriteAsync(Hello);
        await Rig.NextSweepAsync();
        var descriptor = server.Detach();
        if (!HasSockets)
        {
            Assert.That(descriptor, Is.EqualTo(-1));
            server.IsHeld = false;
            server.Input.AdvanceTo((await read).Buffer.Start);
            Assert.That(await server.Input.ReadExactlyAsync(5), Is.EqualTo(Hello));
            return;
        }

        Assert.That(descriptor, Is.GreaterThan(0));
        await read;
        var adopted = Rig.Loop.Adopt(descriptor, new SocketTuning());
        Assert.That(await adopted.Input.ReadExactlyAsync(5), Is.EqualTo(Hello));
        adopted.Abort();
    });

    [Test]
    public Task One_with_something_of_its_own_stays_and_loses_nothing() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        await client.Output.WriteAsync(Hello);
        var result = await server.Input.ReadAsync();
        server.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        Assert.That(server.Detach(), Is.EqualTo(-1), "unread");
        await client.Output.WriteAsync(Hello);
        Assert.That(await server.Input.ReadExactlyAsync(10), Is.EqualTo((byte[])[.. Hello, .. Hello]));
        server.Output.Write(Hello);
        Assert.That(server.Detach(), Is.EqualTo(-1), "unsent");
        await server.Output.FlushAsync();
        Assert.That(await client.Input.ReadExactlyAsync(5), Is.EqualTo(Hello));
        client.Close();
        Assert.That(await server.Input.ReadToEndAsync(), Is.Empty);
        Assert.That(server.Detach(), Is.EqualTo(-1), "the peer has gone");
    });

    [Test]
    public Task A_descriptor_that_is_no_connection_is_closed_and_said() => Rig.RunAsync(() =>
    {
        if (_kind is RigKind.Simulated or RigKind.Sliced or RigKind.SlicedTls)
        {
            Assert.That(() => Rig.Loop.Adopt(0, new SocketTuning()), Throws.InstanceOf<NotSupportedException>());
            return Task.CompletedTask;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var descriptor = (int)socket.Handle;
        socket.SafeHandle.SetHandleAsInvalid();
        Assert.That(
            () => Rig.Loop.Adopt(descriptor, new SocketTuning()), Throws.InstanceOf<IOException>().With.Message.Contains("is no connected socket"));
        Assert.That(File.Exists($"/proc/self/fd/{descriptor}"), Is.False);
        return Task.CompletedTask;
    });
}
