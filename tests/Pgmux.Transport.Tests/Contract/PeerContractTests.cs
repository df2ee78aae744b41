using System.Buffers;

namespace Pgmux.Transport.Tests.Contract;

public sealed class PeerContractTests(RigKind kind) : ContractFixture(kind)
{
    [Test]
    public Task The_end_comes_after_the_data() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        client.Output.Write("hello"u8);
        client.Close();
        Assert.That(await server.Input.ReadToEndAsync(), Is.EqualTo("hello"u8.ToArray()));
        Assert.That(server.PeerState, Is.EqualTo(PeerState.HalfClosed));
        var again = await server.Input.ReadAsync();
        Assert.That(again.IsCompleted, Is.True);
        server.Input.AdvanceTo(again.Buffer.End);
    });

    [Test]
    public Task A_rest_is_kept_when_the_end_comes() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        await client.Output.WriteAsync("hello"u8.ToArray());
        var result = await server.Input.ReadAtLeastAsync(5);
        server.Input.AdvanceTo(result.Buffer.GetPosition(2), result.Buffer.End);
        var waiting = server.Input.ReadAsync();
        client.Close();
        result = await waiting;
        Assert.That(result.IsCompleted, Is.True);
        Assert.That(result.Buffer.ToArray(), Is.EqualTo("llo"u8.ToArray()));
        server.Input.AdvanceTo(result.Buffer.End);
    });

    [Test]
    public Task A_reset_ends_reads_and_flushes_without_an_exception() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync(new SocketTuning { UnsentLimitBytes = 1_000 });
        var reading = server.Input.ReadAsync();
        server.Output.Write(new byte[8 * 1024 * 1024]);
        var flush = server.Output.FlushAsync();
        await Rig.SettleAsync();
        Rig.Reset(client);
        Assert.That((await flush).IsCompleted, Is.True);
        Assert.That((await reading).IsCompleted, Is.True);
        Assert.That(server.PeerState, Is.EqualTo(PeerState.Reset));
        Assert.That(server.UnsentBytes, Is.Zero);
        server.Output.Write(new byte[10]);
        Assert.That((await server.Output.FlushAsync()).IsCompleted, Is.True);
        Assert.That(server.UnsentBytes, Is.Zero);
        await Rig.UntilBuffersAreBackAsync();
    });

    [Test]
    public Task The_observer_hears_of_a_close_while_nobody_reads() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var observer = new RecordingObserver();
        server.Observer = observer;
        client.Output.Write("bye"u8);
        var closed = observer.NextPeerClose;
        client.Close();
        await closed;
        await Rig.SettleAsync();
        Assert.That(observer.PeerCloses, Is.EqualTo(new[] { PeerState.HalfClosed }));
        Assert.That(await server.Input.ReadToEndAsync(), Is.EqualTo("bye"u8.ToArray()));
        Assert.That(observer.PeerCloses, Has.Count.EqualTo(1));
    });

    [Test]
    public Task The_observer_hears_of_a_reset_while_nobody_reads() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var observer = new RecordingObserver();
        server.Observer = observer;
        var closed = observer.NextPeerClose;
        Rig.Reset(client);
        await closed;
        Assert.That(observer.PeerCloses, Has.Count.EqualTo(1));
        Assert.That((await server.Input.ReadAsync()).IsCompleted, Is.True);
    });

    [Test]
    public Task The_observer_is_not_told_what_a_read_tells() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var observer = new RecordingObserver();
        server.Observer = observer;
        var reading = server.Input.ReadAsync();
        client.Close();
        Assert.That((await reading).IsCompleted, Is.True);
        await Rig.SettleAsync();
        Assert.That(observer.PeerCloses, Is.Empty);
    });

    [Test]
    public Task The_observer_hears_of_a_close_behind_data_that_nobody_reads() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var observer = new RecordingObserver();
        server.Observer = observer;
        var closed = observer.NextPeerClose;
        var reading = server.Input.ReadAsync();
        client.Output.Write("hello"u8);
        client.Close();
        var result = await reading;
        Assert.That(result.Buffer.Length, Is.Positive);
        await closed;
        server.Input.AdvanceTo(result.Buffer.Start);
        Assert.That(await server.Input.ReadToEndAsync(), Is.EqualTo("hello"u8.ToArray()));
        Assert.That(observer.PeerCloses, Has.Count.EqualTo(1));
    });

    [Test]
    public Task A_half_closed_peer_still_receives() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        Rig.HalfClose(client);
        Assert.That((await server.Input.ReadAsync()).IsCompleted, Is.True);
        server.Input.AdvanceTo(default);
        Assert.That(server.PeerState, Is.EqualTo(PeerState.HalfClosed));
        server.Output.Write("answer"u8);
        server.Close();
        Assert.That(await client.Input.ReadToEndAsync(), Is.EqualTo("answer"u8.ToArray()));
    });
}
