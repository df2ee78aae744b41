using System.Buffers;
using System.IO.Pipelines;
using Pgmux.Transport.Buffers;

namespace Pgmux.Transport.Tests.Contract;

public sealed class ReadContractTests(RigKind kind) : ContractFixture(kind)
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    [Test]
    public Task Examined_to_the_end_waits_for_more() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        await client.Output.WriteAsync(Hello);
        var result = await server.Input.ReadAtLeastAsync(5);
        server.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        var next = server.Input.ReadAsync();
        Assert.That(next.IsCompleted, Is.False);
        await client.Output.WriteAsync(Hello);
        result = await next;
        Assert.That(result.Buffer.Length, Is.GreaterThan(5));
        server.Input.AdvanceTo(result.Buffer.Start);
        Assert.That(await server.Input.ReadExactlyAsync(10), Is.EqualTo("hellohello"u8.ToArray()));
    });

    [Test]
    public Task What_is_not_examined_is_read_again_at_once() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        await client.Output.WriteAsync(Hello);
        var result = await server.Input.ReadAtLeastAsync(5);
        server.Input.AdvanceTo(result.Buffer.GetPosition(1), result.Buffer.GetPosition(4));
        var next = server.Input.ReadAsync();
        Assert.That(next.IsCompleted, Is.True);
        result = await next;
        Assert.That(result.Buffer.ToArray(), Is.EqualTo("ello"u8.ToArray()));
        server.Input.AdvanceTo(result.Buffer.End);
    });

    [Test]
    public Task A_rest_holds_a_buffer_of_its_own_size() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        await client.Output.WriteAsync(new byte[10_000]);
        var result = await server.Input.ReadAtLeastAsync(10_000);
        server.Input.AdvanceTo(result.Buffer.GetPosition(9_940), result.Buffer.End);
        var next = server.Input.ReadAsync();
        Assert.That(Rig.BuffersOf(Rig.Loop).RentedBytes, Is.EqualTo(BufferPool.SmallBytes));
        client.Close();
        result = await next;
        Assert.That(result.Buffer.Length, Is.EqualTo(60));
        server.Input.AdvanceTo(result.Buffer.End);
    });

    [Test]
    public Task An_idle_connection_holds_no_buffer() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        await client.Output.WriteAsync(Hello);
        await server.Input.ReadExactlyAsync(5);
        _ = server.Input.ReadAsync().AsTask();
        _ = client.Input.ReadAsync().AsTask();
        await Rig.UntilBuffersAreBackAsync();
    });

    [Test]
    public Task Bytes_that_are_kept_stand_in_one_segment([Values(1_000, 20_000, 70_000, 300_000)] int length) => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var sent = TestBytes.Create(length, seed: length);
        var sending = client.Output.WriteAsync(sent).AsTask();
        var result = await server.Input.ReadAsync();
        while (result.Buffer.Length < length)
        {
            Assert.That(result.Buffer.IsSingleSegment, Is.True);
            server.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            result = await server.Input.ReadAsync();
        }

        Assert.That(result.Buffer.IsSingleSegment, Is.True);
        Assert.That(result.Buffer.FirstSpan.SequenceEqual(sent), Is.True);
        server.Input.AdvanceTo(result.Buffer.End);
        await sending;
        await Rig.UntilBuffersAreBackAsync();
    });

    [Test]
    public Task TryRead_gives_what_is_there() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        Assert.That(server.Input.TryRead(out _), Is.False);
        await client.Output.WriteAsync(Hello);
        await Rig.UntilAsync(() => server.HasUnreadBytes, "what has come whole is there to be read");
        Assert.That(server.Input.TryRead(out var result), Is.True);
        Assert.That(result.Buffer.IsEmpty, Is.False);
        server.Input.AdvanceTo(result.Buffer.Start);
        Assert.That(await server.Input.ReadExactlyAsync(5), Is.EqualTo(Hello));
        Assert.That(server.HasUnreadBytes, Is.False);
        Assert.That(server.Input.TryRead(out _), Is.False);
    });

    [Test]
    public Task A_cancelled_read_loses_nothing() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var waiting = server.Input.ReadAsync();
        server.Input.CancelPendingRead();
        var result = await waiting;
        Assert.That(result.IsCanceled, Is.True);
        server.Input.AdvanceTo(result.Buffer.End);

        server.Input.CancelPendingRead();
        result = await server.Input.ReadAsync();
        Assert.That(result.IsCanceled, Is.True);
        server.Input.AdvanceTo(result.Buffer.End);

        await client.Output.WriteAsync(Hello);
        Assert.That(await server.Input.ReadExactlyAsync(5), Is.EqualTo(Hello));
    });

    [Test]
    public Task A_token_ends_a_waiting_read() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        using var source = new CancellationTokenSource();
        var waiting = server.Input.ReadAsync(source.Token).AsTask();
        source.Cancel();
        Assert.That(await Failure.OfAsync(waiting), Is.InstanceOf<OperationCanceledException>());
        Assert.That(await Failure.OfAsync(server.Input.ReadAsync(source.Token).AsTask()), Is.InstanceOf<OperationCanceledException>());
        await client.Output.WriteAsync(Hello);
        Assert.That(await server.Input.ReadExactlyAsync(5), Is.EqualTo(Hello));
    });

    [Test]
    public Task Misuse_is_refused() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        Assert.That(() => server.Input.AdvanceTo(default), Throws.InvalidOperationException);
        var waiting = server.Input.ReadAsync();
        Assert.That(() => server.Input.ReadAsync(), Throws.InvalidOperationException);
        Assert.That(() => server.Input.TryRead(out _), Throws.InvalidOperationException);
        await client.Output.WriteAsync(Hello);
        var result = await waiting;
        Assert.That(() => server.Input.ReadAsync(), Throws.InvalidOperationException);
        Assert.That(
            () => server.Input.AdvanceTo(result.Buffer.End, result.Buffer.Start), Throws.InstanceOf<ArgumentOutOfRangeException>());
        server.Input.Complete();
        Assert.That(() => server.Input.ReadAsync(), Throws.InvalidOperationException);
        await Rig.UntilBuffersAreBackAsync();
    });

    [Test]
    public Task A_waiting_read_is_completed_inline_on_the_loop() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        var thread = Environment.CurrentManagedThreadId;
        var waiting = server.Input.ReadAsync();
        await client.Output.WriteAsync(Hello);
        var result = await waiting;
        Assert.That(Environment.CurrentManagedThreadId, Is.EqualTo(thread));
        Assert.That(Rig.Loop.IsCurrent, Is.True);
        server.Input.AdvanceTo(result.Buffer.End);
    });
}
