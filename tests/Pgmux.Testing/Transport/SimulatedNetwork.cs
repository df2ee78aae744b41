using System.Net;
using Pgmux.Transport;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Loops;

namespace Pgmux.Testing.Transport;

/// <summary>
/// An in-memory network with its loops and its clock, all on the thread of the test. The same seed gives the same run.
/// </summary>
internal sealed class SimulatedNetwork
{
    /// <summary>About what a Unix socket takes.</summary>
    public const int UsualCapacityBytes = 64 * 1024;

    // A run that needs more turns than this at one instant goes round in circles.
    private const int MostTurnsPerInstant = 10_000_000;

    private static readonly TimeSpan DefaultPatience = TimeSpan.FromHours(1);

    private readonly List<SimulatedLoop> _loops = [];
    private readonly SimulatedAddresses _addresses = new();
    private readonly Random? _random;
    private readonly List<Exception> _unhandled = [];
    private SimulatedLoop? _running;
    private int _thread = Environment.CurrentManagedThreadId;

    /// <param name="seed">Shuffles loops and events; null keeps them in their order.</param>
    public SimulatedNetwork(int? seed = null)
    {
        _random = seed is { } value ? new Random(value) : null;
    }

    public VirtualTimeProvider Time { get; } = new();

    public IReadOnlyList<SimulatedLoop> Loops => _loops;

    /// <summary>Names, failures and listeners.</summary>
    public SimulatedAddresses Addresses => _addresses;

    /// <summary>Bytes that one direction of a link holds.</summary>
    public int CapacityBytes { get; init; } = UsualCapacityBytes;

    /// <summary>Makes the buffers of each loop; null for the usual ones.</summary>
    public Func<BufferPool>? CreateBuffers { get; init; }

    /// <summary>Cuts what a receive sees into pieces of random size; needs a seed.</summary>
    public bool IsSliced { get; set; }

    /// <summary>Overwrites buffers when they are returned.</summary>
    public bool PoisonsBuffers { get; init; }

    /// <summary>Who is at the other end of Unix sockets.</summary>
    public PeerCredentials PeerCredentials { get; set; } = new(1, 0, 0);

    public SimulatedLoop CreateLoop()
    {
        var loop = new SimulatedLoop(this, _loops.Count);
        _loops.Add(loop);
        return loop;
    }

    /// <summary>
    /// Runs all loops until there is nothing left to do at this instant. Throws what no session caught, unless the loop's
    /// <see cref="EventLoop.UnhandledException"/> was set to something else.
    /// </summary>
    public void RunUntilIdle()
    {
        _thread = Environment.CurrentManagedThreadId;
        for (var turn = 0; turn < MostTurnsPerInstant; turn++)
        {
            if (NextLoop() is not { } loop)
            {
                ThrowUnhandled();
                return;
            }

            var outer = _running;
            _running = loop;
            try
            {
                loop.RunTurn();
            }
            finally
            {
                _running = outer;
            }
        }

        throw new InvalidOperationException("The simulation does not come to rest");
    }

    /// <summary>Moves the clock, stopping at everything that is due on the way.</summary>
    public void Advance(TimeSpan span)
    {
        var target = Time.GetTimestamp() + span.Ticks;
        RunUntilIdle();
        while (TryMoveToNext(target))
        {
            RunUntilIdle();
        }

        Time.MoveTo(target);
        RunUntilIdle();
    }

    /// <summary>Breaks a connection: its peer sees RST, what is on its way is lost.</summary>
    public static void Reset(TransportConnection connection) => ((InMemoryConnection)connection).Reset();

    /// <summary>Sends FIN and keeps on receiving.</summary>
    public static void HalfClose(TransportConnection connection) => ((InMemoryConnection)connection).HalfClose();

    /// <summary>Runs asynchronous work on a loop to its end, moving the clock whenever nothing else is left to do.</summary>
    public void Run(SimulatedLoop loop, Func<Task> work, TimeSpan? patience = null)
    {
        var limit = Time.GetTimestamp() + (patience ?? DefaultPatience).Ticks;
        Task? task = null;
        loop.Post(_ => task = work(), null);
        RunUntilIdle();
        while (task is not { IsCompleted: true })
        {
            if (!TryMoveToNext(limit))
            {
                throw new TimeoutException("The work waits for something that does not come");
            }

            RunUntilIdle();
        }

        task.GetAwaiter().GetResult();
    }

    internal void OnUnhandled(Exception exception) => _unhandled.Add(exception);

    internal bool IsCurrent(SimulatedLoop loop) =>
        Environment.CurrentManagedThreadId == _thread && (_running is null || _running == loop);

    internal bool IsRunning(SimulatedLoop loop) => _running == loop;

    internal TransportListener Listen(SimulatedLoop loop, ListenOptions options, Action<TransportConnection> accepted)
    {
        var listener = new SimulatedListener(this, loop, _addresses.Bind(options), options, accepted);
        _addresses.Add(listener);
        return listener;
    }

    internal void Remove(SimulatedListener listener) => _addresses.Remove(listener);

    internal async Task<TransportConnection> ConnectAsync(
        SimulatedLoop loop, ConnectOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var remote = _addresses.Resolve(options.EndPoint);
        await Task.Yield();
        if (_addresses.FailureOf(remote) is { } failure)
        {
            if (failure == ConnectFailure.TimedOut)
            {
                await WaitAsync(loop, options.Timeout, cancellationToken);
            }

            throw new ConnectException(failure, $"Cannot connect to {remote}: {failure}");
        }

        var listener = _addresses.Find(remote)
            ?? throw new ConnectException(ConnectFailure.Refused, $"Cannot connect to {remote}: Connection refused");
        return Link(loop, listener, remote, options.Tuning);
    }

    internal int NextSlice(int available)
    {
        if (!IsSliced || _random is null)
        {
            return available;
        }

        // Single bytes, short pieces and everything: each finds other mistakes.
        return _random.Next(4) switch
        {
            0 => 1,
            1 => Math.Min(available, _random.Next(1, 16)),
            2 => _random.Next(1, available + 1),
            _ => available,
        };
    }

    internal void Shuffle(List<InMemoryConnection> connections)
    {
        if (_random is not null && connections.Count > 1)
        {
            _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(connections));
        }
    }

    private InMemoryConnection Link(SimulatedLoop loop, SimulatedListener listener, EndPoint remote, SocketTuning tuning)
    {
        var there = new InMemoryChannel(CapacityBytes);
        var back = new InMemoryChannel(CapacityBytes);
        var local = _addresses.NewLocal(remote);
        var client = new InMemoryConnection(loop, back, there, local, remote, tuning);
        var server = new InMemoryConnection(listener.Loop, there, back, remote, local, listener.Tuning);
        listener.Loop.Post(_ => listener.Hand(server), null);
        return client;
    }

    private static async Task WaitAsync(SimulatedLoop loop, TimeSpan span, CancellationToken cancellationToken)
    {
        var over = new TaskCompletionSource();
        var deadline = loop.Core.AddDeadline(span, state => ((TaskCompletionSource)state!).TrySetResult(), over);
        await using var registration = cancellationToken.UnsafeRegister(
            state => ((TaskCompletionSource)state!).TrySetCanceled(cancellationToken), over);
        try
        {
            await over.Task;
        }
        finally
        {
            deadline.Cancel();
        }
    }

    private void ThrowUnhandled()
    {
        if (_unhandled.Count > 0)
        {
            Exception[] failures = [.. _unhandled];
            _unhandled.Clear();
            throw new AggregateException("Exceptions that no session caught", failures);
        }
    }

    private SimulatedLoop? NextLoop()
    {
        var first = _random?.Next(_loops.Count) ?? 0;
        for (var index = 0; index < _loops.Count; index++)
        {
            var loop = _loops[(first + index) % _loops.Count];
            if (loop.HasWork)
            {
                return loop;
            }
        }

        return null;
    }

    private bool TryMoveToNext(long limit)
    {
        var next = Time.NextDue;
        foreach (var loop in _loops)
        {
            next = Math.Min(next, loop.Core.NextDue);
        }

        if (next > limit)
        {
            return false;
        }

        Time.MoveTo(next);
        return true;
    }
}
