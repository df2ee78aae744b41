using System.Buffers;

namespace Pgmux.Transport.Tests.Contract;

public sealed class CloseContractTests(RigKind kind) : ContractFixture(kind)
{
    [Test]
    public Task A_last_error_reaches_a_peer_that_keeps_sending() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var observer = new RecordingObserver();
        client.Observer = observer;
        client.Output.Write(TestBytes.Create(500_000, seed: 3));
        var sending = client.Output.FlushAsync().AsTask();
        var result = await server.Input.ReadAsync();
        server.Input.AdvanceTo(result.Buffer.End);
        server.Output.Write("FATAL"u8);
        server.Close();
        await sending;
        Assert.That(await client.Input.ReadToEndAsync(), Is.EqualTo("FATAL"u8.ToArray()));
        client.Close();
        await Rig.UntilBuffersAreBackAsync();
    });

    [Test]
    public Task A_close_ends_a_waiting_read() => Rig.RunAsync(async () =>
    {
        var (client, _) = await Rig.ConnectAsync();
        var reading = client.Input.ReadAsync();
        client.Close();
        Assert.That(client.PeerState, Is.EqualTo(PeerState.Closed));
        Assert.That(reading.IsCompleted, Is.False, "whoever closes is not interrupted by the reader");
        Assert.That((await reading).IsCompleted, Is.True);
        client.Input.AdvanceTo(default);
        Assert.That((await client.Input.ReadAsync()).IsCompleted, Is.True);
        client.Close();
        client.Abort();
    });

    [Test]
    public Task Completing_the_output_is_a_close() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        client.Output.Write("bye"u8);
        client.Output.Complete();
        Assert.That(client.PeerState, Is.EqualTo(PeerState.Closed));
        Assert.That(await server.Input.ReadToEndAsync(), Is.EqualTo("bye"u8.ToArray()));
    });

    [Test]
    public Task What_is_written_behind_a_close_goes_nowhere_and_takes_nothing_away() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        client.Output.Write("bye"u8);
        client.Close();
        client.Output.Write(" and more"u8);
        await client.Output.FlushAsync();
        Assert.That(await server.Input.ReadToEndAsync(), Is.EqualTo("bye"u8.ToArray()));
        server.Close();
        client.Output.Write("nobody is there"u8);
        await client.Output.FlushAsync();
        await Rig.UntilBuffersAreBackAsync();
    });

    [Test]
    public Task An_abort_ends_reads_and_flushes() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync(new SocketTuning { UnsentLimitBytes = 1_000 });
        client.Output.Write(new byte[8 * 1024 * 1024]);
        var flush = client.Output.FlushAsync();
        var reading = client.Input.ReadAsync();
        await Rig.SettleAsync();
        client.Abort();
        Assert.That((await flush).IsCompleted, Is.True);
        Assert.That((await reading).IsCompleted, Is.True);
        Assert.That(client.UnsentBytes, Is.Zero);
        var got = await server.Input.ReadToEndAsync();
        Assert.That(got, Has.Length.LessThan(8 * 1024 * 1024));
        await Rig.UntilBuffersAreBackAsync();
    });

    [Test]
    public Task A_peer_that_takes_nothing_is_left_after_the_linger() => Rig.RunAsync(async () =>
    {
        var tuning = new SocketTuning { CloseLinger = TimeSpan.FromMilliseconds(100) };
        var (client, server) = await Rig.ConnectAsync(tuning);
        client.Output.Write(new byte[8 * 1024 * 1024]);
        client.Close();
        await Rig.SettleAsync();
        Assert.That(client.UnsentBytes, Is.Positive);
        while (client.UnsentBytes > 0)
        {
            await Rig.NextSweepAsync();
        }

        await Rig.UntilBuffersAreBackAsync();
        Assert.That(await server.Input.ReadToEndAsync(), Has.Length.LessThan(8 * 1024 * 1024));
    });

    [Test]
    public Task A_peer_that_never_closes_is_left_after_the_linger() => Rig.RunAsync(async () =>
    {
        var tuning = new SocketTuning { CloseLinger = TimeSpan.FromMilliseconds(100) };
        var (client, server) = await Rig.ConnectAsync(tuning);
        client.Close();
        Assert.That((await server.Input.ReadAsync()).IsCompleted, Is.True);
        server.Input.AdvanceTo(default);

        // Nothing tells a peer that only half of a connection is left, except what it sends itself.
        var observer = new RecordingObserver();
        server.Observer = observer;
        var limit = Rig.Loop.Timestamp + (10 * Rig.Loop.TimeProvider.TimestampFrequency);
        while (server.PeerState != PeerState.Reset && Rig.Loop.Timestamp < limit)
        {
            server.Output.Write("x"u8);
            await server.Output.FlushAsync();
            await Rig.NextSweepAsync();
        }

        Assert.That(server.PeerState, Is.EqualTo(PeerState.Reset));
    });

    [Test]
    public Task What_is_lent_stays_valid_over_a_close() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        await client.Output.WriteAsync("hello"u8.ToArray());
        var result = await server.Input.ReadAtLeastAsync(5);
        server.Close();
        Assert.That(result.Buffer.ToArray(), Is.EqualTo("hello"u8.ToArray()));
        server.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        result = await server.Input.ReadAsync();
        Assert.That(result.IsCompleted, Is.True);
        Assert.That(result.Buffer.IsEmpty, Is.True);
        await Rig.UntilBuffersAreBackAsync();
    });

    [Test]
    public Task What_is_written_after_a_close_is_dropped() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        client.Close();
        client.Output.Write("late"u8);
        Assert.That((await client.Output.FlushAsync()).IsCompleted, Is.True);
        Assert.That(await server.Input.ReadToEndAsync(), Is.Empty);
        await Rig.UntilBuffersAreBackAsync();
    });
}
