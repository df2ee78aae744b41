using Pgmux.Transport;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Loops;

namespace Pgmux.Testing.Transport;

/// <summary>A loop without a thread: the test drives it through its <see cref="SimulatedNetwork"/>, on a virtual clock.</summary>
internal sealed class SimulatedLoop : EventLoop, IScheduled
{
    private readonly LoopSynchronizationContext _context;
    private readonly List<InMemoryConnection> _waiting = [];
    private readonly List<InMemoryConnection> _delivering = [];

    public SimulatedLoop(SimulatedNetwork network, int index)
    {
        Network = network;
        Index = index;
        Core = new LoopCore(this, network.Time, network.CreateBuffers(), static () => { });
        _context = new LoopSynchronizationContext(Core);
        UnhandledException = network.OnUnhandled;
    }

    public override int Index { get; }

    public override TimeProvider TimeProvider => Network.Time;

    public override long Timestamp => Core.Timestamp;

    public override bool IsCurrent => Network.IsCurrent(this);

    public SimulatedNetwork Network { get; }

    public ScheduleEntry Schedule { get; } = new();

    /// <summary>Buffers that connections of this loop hold; an idle one holds none.</summary>
    public int RentedBuffers => Core.Buffers.RentedBlocks;

    public override IReadOnlyList<BufferUse> BufferUse => Core.Buffers.Use;

    internal LoopCore Core { get; }

    /// <summary>Whether there is something to do at the present time.</summary>
    public bool HasWork => Core.HasWork || _waiting.Count > 0 || Core.NextDue <= Network.Time.GetTimestamp();

    /// <inheritdoc cref="SimulatedNetwork.RunUntilIdle"/>
    public void RunUntilIdle() => Network.RunUntilIdle();

    /// <inheritdoc cref="SimulatedNetwork.Advance"/>
    public void Advance(TimeSpan span) => Network.Advance(span);

    public override void Post(Action<object?> callback, object? state) => Core.Post(callback, state);

    public override IDisposable AddSweep(Action sweep)
    {
        var entry = new Sweep(sweep);
        Core.AddSweep(entry);
        return entry;
    }

    public override TransportListener Listen(ListenOptions options, Action<TransportConnection> accepted) =>
        Network.Listen(this, options, accepted);

    public override ValueTask<TransportConnection> ConnectAsync(ConnectOptions options, CancellationToken cancellationToken) =>
        new(Network.IsRunning(this)
            ? Network.ConnectAsync(this, options, cancellationToken)
            : this.RunAsync(() => Network.ConnectAsync(this, options, cancellationToken)));

    /// <summary>Does the work on this loop, in a turn of its own, so that a run stays repeatable.</summary>
    public override Task<T> OffloadAsync<T>(Func<T> work) => this.RunAsync(() => Task.FromResult(work()));

    internal void QueueEvents(InMemoryConnection connection) => _waiting.Add(connection);

    /// <summary>A connection moves away or closes.</summary>
    internal void OnLeaving()
    {
        if (Network.AnnouncesEarly)
        {
            Announce(_waiting);
        }
    }

    /// <summary>One turn: events, timers, posted work, sends.</summary>
    internal void RunTurn()
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            Core.BeginTurn();
            Deliver();
            Core.RunTimers();
            Core.RunWork();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    private void Deliver()
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        Network.TakeDeliveries(_waiting, _delivering);
        if (Network.AnnouncesEarly)
        {
            Announce(_delivering);
        }

        foreach (var connection in _delivering)
        {
            try
            {
                connection.Deliver(this);
            }
            catch (Exception exception)
            {
                Core.Report(exception);
            }
        }

        _delivering.Clear();
    }

    private void Announce(List<InMemoryConnection> connections)
    {
        foreach (var connection in connections)
        {
            connection.Announce(this);
        }
    }
}
