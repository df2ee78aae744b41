using System.Net;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Loops;

namespace Pgmux.Transport.Tests.Contract;

/// <summary>Two loops of one kind, and what a contract test needs to reach behind their doors.</summary>
public abstract class ContractRig : IAsyncDisposable
{
    public abstract EventLoop Loop { get; }

    public abstract EventLoop OtherLoop { get; }

    /// <summary>An address that a listener can take.</summary>
    public abstract EndPoint FreeEndPoint { get; }

    /// <summary>Exceptions that no session caught.</summary>
    public virtual List<Exception> Unhandled { get; } = [];

    /// <summary>Runs a test's body on <see cref="Loop"/> to its end.</summary>
    public abstract Task RunAsync(Func<Task> body);

    /// <summary>Breaks a connection so that its peer sees RST.</summary>
    public abstract void Reset(TransportConnection connection);

    /// <summary>Sends FIN and keeps on receiving, as a client in <c>psql &lt; script</c> may.</summary>
    public abstract void HalfClose(TransportConnection connection);

    /// <summary>An address where nobody listens.</summary>
    public abstract EndPoint NobodyEndPoint { get; }

    internal abstract BufferPool BuffersOf(EventLoop loop);

    /// <summary>Both ends of a new connection, on <see cref="Loop"/>.</summary>
    public virtual async Task<ConnectionPair> ConnectAsync(SocketTuning? tuning = null)
    {
        var accepted = new TaskCompletionSource<TransportConnection>();
        using var listener = Loop.Listen(
            new ListenOptions { EndPoint = FreeEndPoint, Tuning = tuning ?? new() }, accepted.SetResult);
        var client = await Loop.ConnectAsync(
            new ConnectOptions { EndPoint = listener.EndPoint, Tuning = tuning ?? new() }, CancellationToken.None);
        return new ConnectionPair(client, await accepted.Task);
    }

    /// <summary>Comes back when the loop has seen all events that were there at the time of the call, and sent what was written.</summary>
    public Task SettleAsync() => SettleAsync(Loop);

    /// <inheritdoc cref="SettleAsync()"/>
    public static async Task SettleAsync(EventLoop loop)
    {
        // Several turns: one sends, the next receives, the one after it answers.
        for (var turn = 0; turn < 20; turn++)
        {
            var done = new TaskCompletionSource();
            loop.Post(_ => done.SetResult(), null);
            await done.Task;
        }
    }

    /// <summary>Comes back when the claim holds; fails the test when it does not within some seconds.</summary>
    public async Task UntilAsync(Func<bool> claim, string what)
    {
        const int MostSweeps = 30;
        await SettleAsync();
        for (var sweep = 0; !claim() && sweep < MostSweeps; sweep++)
        {
            await NextSweepAsync();
        }

        Assert.That(claim(), Is.True, what);
    }

    /// <summary>Comes back when no connection of <see cref="Loop"/> holds a buffer any more.</summary>
    public Task UntilBuffersAreBackAsync() => UntilAsync(() => BuffersOf(Loop).RentedBlocks == 0, "all buffers are back");

    /// <summary>Comes back at the loop's next sweep.</summary>
    public async Task NextSweepAsync()
    {
        var swept = new TaskCompletionSource();
        using var sweep = Loop.AddSweep(() => swept.TrySetResult());
        await swept.Task;
    }

    public abstract ValueTask DisposeAsync();
}
