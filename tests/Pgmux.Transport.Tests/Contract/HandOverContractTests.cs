using System.Buffers;
using Pgmux.Transport.Buffers;

namespace Pgmux.Transport.Tests.Contract;

/// <summary>Large reads go on to another connection with the memory that they are in.</summary>
public sealed class HandOverContractTests(RigKind kind) : ContractFixture(kind)
{
    private const int Length = 1_000_000;

    [Test]
    public Task A_stream_is_handed_over_without_loss([Values(0, 3)] int keptBack) => Rig.RunAsync(async () =>
    {
        var (source, incoming) = await Rig.ConnectAsync();
        var (outgoing, sink) = await Rig.ConnectAsync();
        var bytes = TestBytes.Create(Length, seed: keptBack);
        var sending = SendAsync(source, bytes);
        var relaying = RelayAsync(incoming, outgoing, keptBack);
        var received = await sink.Input.ReadToEndAsync();
        await sending;
        await relaying;
        Assert.That(received.AsSpan().SequenceEqual(bytes), Is.True);
        sink.Close();
        await Rig.UntilBuffersAreBackAsync();
    });

    [Test]
    public Task Too_little_to_be_worth_it_is_refused() => Rig.RunAsync(async () =>
    {
        var (source, incoming) = await Rig.ConnectAsync();
        var (outgoing, _) = await Rig.ConnectAsync();
        await source.Output.WriteAsync(new byte[100]);
        var result = await incoming.Input.ReadAtLeastAsync(100);
        Assert.That(incoming.TryHandOver(outgoing, 0, 100), Is.False);
        incoming.Input.AdvanceTo(result.Buffer.End);
    });

    [Test]
    public Task What_is_written_behind_it_does_not_touch_the_rest() => Rig.RunAsync(async () =>
    {
        var (source, incoming) = await Rig.ConnectAsync();
        var (outgoing, sink) = await Rig.ConnectAsync();
        var bytes = TestBytes.Create(BufferPool.LargeBytes, seed: 1);
        await SendAsync(source, bytes, close: false);
        var result = await incoming.Input.ReadAtLeastAsync(bytes.Length);
        const int Given = BufferPool.LargeBytes - 100;
        if (!incoming.TryHandOver(outgoing, 0, Given))
        {
            // It has come in pieces, which were put together in a larger block.
            outgoing.Output.Write(result.Buffer.Slice(0, Given).ToArray());
        }

        outgoing.Output.Write("behind"u8);
        Assert.That(incoming.TryHandOver(outgoing, 0, Given), Is.False, "given once");
        incoming.Input.AdvanceTo(result.Buffer.GetPosition(Given), result.Buffer.End);
        await outgoing.Output.FlushAsync();
        byte[] expected = [.. bytes[..Given], .. "behind"u8];
        Assert.That((await sink.Input.ReadExactlyAsync(expected.Length)).AsSpan().SequenceEqual(expected), Is.True);
        await source.Output.WriteAsync("!"u8.ToArray());
        Assert.That(await incoming.Input.ReadExactlyAsync(101), Is.EqualTo(bytes[Given..].Append((byte)'!')));
        await Rig.UntilBuffersAreBackAsync();
    });

    [Test]
    public Task Little_pieces_between_large_ones_take_little_blocks() => Rig.RunAsync(async () =>
    {
        const int Pieces = 8;
        var (source, incoming) = await Rig.ConnectAsync();
        var (outgoing, _) = await Rig.ConnectAsync();
        var given = 0;
        for (var n = 0; n < Pieces; n++)
        {
            await SendAsync(source, TestBytes.Create(BufferPool.LargeBytes, seed: n), close: false);
            var result = await incoming.Input.ReadAtLeastAsync(BufferPool.LargeBytes);
            given += incoming.TryHandOver(outgoing, 0, BufferPool.LargeBytes) ? 1 : 0;
            outgoing.Output.Write("!"u8);
            incoming.Input.AdvanceTo(result.Buffer.End);
        }

        // What is not flushed stays. A large block for each little piece would be 8 times 64 KiB.
        Assert.That(Rig.BuffersOf(Rig.Loop).RentedBytes, Is.LessThan((given + 4) * 2 * BufferPool.LargeBytes));
    });

    [Test]
    public Task A_closed_connection_takes_nothing() => Rig.RunAsync(async () =>
    {
        var (source, incoming) = await Rig.ConnectAsync();
        var (outgoing, _) = await Rig.ConnectAsync();
        await SendAsync(source, TestBytes.Create(BufferPool.LargeBytes, seed: 1), close: false);
        var result = await incoming.Input.ReadAtLeastAsync(BufferPool.LargeBytes);
        outgoing.Abort();
        Assert.That(incoming.TryHandOver(outgoing, 0, BufferPool.LargeBytes), Is.False);
        incoming.Input.AdvanceTo(result.Buffer.End);
        await Rig.UntilBuffersAreBackAsync();
    });

    [Test]
    public Task An_abort_drops_what_was_handed_over() => Rig.RunAsync(async () =>
    {
        var (source, incoming) = await Rig.ConnectAsync();
        var (outgoing, _) = await Rig.ConnectAsync();
        await SendAsync(source, TestBytes.Create(BufferPool.LargeBytes, seed: 1), close: false);
        var result = await incoming.Input.ReadAtLeastAsync(BufferPool.LargeBytes);
        incoming.TryHandOver(outgoing, 0, BufferPool.LargeBytes - 1);
        incoming.Input.AdvanceTo(result.Buffer.GetPosition(BufferPool.LargeBytes - 1), result.Buffer.End);
        outgoing.Abort();
        incoming.Abort();
        incoming.Input.Complete();
        await Rig.UntilBuffersAreBackAsync();
    });

    private static async Task SendAsync(TransportConnection connection, byte[] bytes, bool close = true)
    {
        await connection.Output.WriteAsync(bytes);
        if (close)
        {
            connection.Close();
        }
    }

    private static async Task RelayAsync(TransportConnection from, TransportConnection to, int keptBack)
    {
        while (true)
        {
            var result = await from.Input.ReadAsync();
            var length = (int)result.Buffer.Length - (result.IsCompleted ? 0 : Math.Min(keptBack, (int)result.Buffer.Length));
            if (!from.TryHandOver(to, 0, length))
            {
                to.Output.Write(result.Buffer.Slice(0, length).ToArray());
            }

            from.Input.AdvanceTo(result.Buffer.GetPosition(length), result.Buffer.End);
            await to.Output.FlushAsync();
            if (result.IsCompleted)
            {
                to.Close();
                return;
            }
        }
    }
}
