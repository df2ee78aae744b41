using System.Buffers;

namespace Pgmux.Transport.Tests.Contract;

public sealed class WriteContractTests(RigKind kind) : ContractFixture(kind)
{
    [Test]
    public Task Nothing_is_sent_before_the_flush() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        client.Output.Write("hello"u8);
        await Rig.SettleAsync();
        Assert.That(client.UnsentBytes, Is.EqualTo(5));
        Assert.That(client.Output.UnflushedBytes, Is.EqualTo(5));
        Assert.That(server.HasUnreadBytes, Is.False);
        await client.Output.FlushAsync();
        Assert.That(client.Output.UnflushedBytes, Is.Zero);
        Assert.That(await server.Input.ReadExactlyAsync(5), Is.EqualTo("hello"u8.ToArray()));
        Assert.That(client.UnsentBytes, Is.Zero);
    });

    [Test]
    public Task A_flush_below_the_limit_completes_at_once() => Rig.RunAsync(async () =>
    {
        var (client, _) = await Rig.ConnectAsync(new SocketTuning { UnsentLimitBytes = 1_000 });
        client.Output.Write(new byte[1_000]);
        Assert.That(client.Output.FlushAsync().AsTask().IsCompleted, Is.True);
        Assert.That(client.UnsentBytes, Is.EqualTo(1_000));
        client.Output.Write(new byte[1]);
        Assert.That(client.Output.FlushAsync().AsTask().IsCompleted, Is.False);
    });

    [Test]
    public Task A_peer_that_does_not_read_holds_the_writer_up() => Rig.RunAsync(async () =>
    {
        const int Limit = 32 * 1024;
        const int Piece = 8 * 1024;
        var (client, server) = await Rig.ConnectAsync(new SocketTuning { UnsentLimitBytes = Limit });
        long written = 0;
        Task flush;
        do
        {
            client.Output.Write(TestBytes.Create(Piece, (int)written));
            written += Piece;
            flush = client.Output.FlushAsync().AsTask();
            await Rig.SettleAsync();
        }
        while (flush.IsCompleted);

        Assert.That(client.UnsentBytes, Is.InRange(Limit / 2, Limit + Piece));
        var reading = server.Input.ReadExactlyAsync((int)written);
        await flush;
        Assert.That(client.UnsentBytes, Is.LessThanOrEqualTo(Limit / 2));
        var read = await reading;
        for (var index = 0; index < written; index += Piece)
        {
            Assert.That(read.AsSpan(index, Piece).SequenceEqual(TestBytes.Create(Piece, index)), Is.True);
        }

        await Rig.UntilBuffersAreBackAsync();
    });

    [Test]
    public Task A_reader_that_does_not_read_takes_nothing() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        client.Output.Write(new byte[1_000]);
        await client.Output.FlushAsync();
        await Rig.UntilBuffersAreBackAsync();
        Assert.That(server.HasUnreadBytes, Is.True);
    });

    [Test]
    public Task The_observer_hears_of_the_last_byte() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var observer = new RecordingObserver();
        client.Observer = observer;
        var drained = observer.NextDrain;
        client.Output.Write("hello"u8);
        await client.Output.FlushAsync();
        Assert.That(observer.Drains, Is.Zero);
        await drained;
        Assert.That(client.UnsentBytes, Is.Zero);
        Assert.That(observer.Drains, Is.EqualTo(1));
        await server.Input.ReadExactlyAsync(5);
    });

    [Test]
    public Task Large_pieces_can_be_asked_for() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var sent = TestBytes.Create(200_000, seed: 1);
        sent.CopyTo(client.Output.GetSpan(sent.Length));
        client.Output.Advance(sent.Length);
        var flush = client.Output.FlushAsync().AsTask();
        Assert.That(await server.Input.ReadExactlyAsync(sent.Length), Is.EqualTo(sent));
        await flush;
        await Rig.UntilBuffersAreBackAsync();
    });

    [Test]
    public Task Memory_that_was_lent_but_not_used_goes_back() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        client.Output.GetMemory(100);
        client.Output.Advance(0);
        await client.Output.FlushAsync();
        await Rig.UntilBuffersAreBackAsync();
        Assert.That(() => client.Output.Advance(1), Throws.InstanceOf<ArgumentOutOfRangeException>());

        // A bigger request after a smaller one that was not used.
        client.Output.GetMemory(1);
        "hello"u8.CopyTo(client.Output.GetSpan(100_000));
        client.Output.Advance(5);
        await client.Output.FlushAsync();
        Assert.That(await server.Input.ReadExactlyAsync(5), Is.EqualTo("hello"u8.ToArray()));
        await Rig.UntilBuffersAreBackAsync();
    });

    [Test]
    public Task Memory_that_is_lent_survives_a_send() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        client.Output.Write("hel"u8);
        await client.Output.FlushAsync();
        var memory = client.Output.GetMemory();
        await Rig.SettleAsync();
        "lo"u8.CopyTo(memory.Span);
        client.Output.Advance(2);
        await client.Output.FlushAsync();
        Assert.That(await server.Input.ReadExactlyAsync(5), Is.EqualTo("hello"u8.ToArray()));
    });

    [Test]
    public Task A_waiting_flush_can_be_cancelled() => Rig.RunAsync(async () =>
    {
        var (client, _) = await Rig.ConnectAsync(new SocketTuning { UnsentLimitBytes = 0 });
        var observer = new RecordingObserver();
        client.Observer = observer;
        client.Output.CancelPendingFlush();
        Assert.That((await client.Output.FlushAsync()).IsCanceled, Is.True);

        client.Output.Write(new byte[10]);
        var drained = observer.NextDrain;
        var flush = client.Output.FlushAsync();
        Assert.That(() => client.Output.FlushAsync(), Throws.InvalidOperationException);
        client.Output.CancelPendingFlush();
        Assert.That((await flush).IsCanceled, Is.True);
        await drained;

        using var source = new CancellationTokenSource();
        client.Output.Write(new byte[10]);
        var waiting = client.Output.FlushAsync(source.Token).AsTask();
        source.Cancel();
        Assert.That(await Failure.OfAsync(waiting), Is.InstanceOf<OperationCanceledException>());
    });
}
