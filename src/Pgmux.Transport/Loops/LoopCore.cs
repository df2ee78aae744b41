using Pgmux.Transport.Buffers;
using Pgmux.Transport.Pipes;

namespace Pgmux.Transport.Loops;

/// <summary>
/// What every loop has, whatever moves its bytes: posted work, connections that have something to send, time limits, sweeps
/// and buffers. Used on the loop's thread, but for posting.
/// </summary>
internal sealed class LoopCore
{
    // Rounds of posted work before the kernel is asked for events again: work that posts itself must not starve sockets.
    private const int MostRoundsPerTurn = 4;

    // Keeps "for ever" from overflowing the clock.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(10_000);

    private readonly WorkQueue _work;
    private readonly DeadlineQueue _deadlines = new();
    private readonly SweepList _sweeps = new();
    private readonly long _sweepTicks;
    private List<LoopConnection> _senders = [];
    private List<LoopConnection> _sending = [];
    private long _nextSweep;
    private bool _hasEnded;

    /// <param name="owner">The loop itself.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="buffers">Its buffers.</param>
    /// <param name="wake">Wakes the loop out of the kernel; called on other threads.</param>
    public LoopCore(EventLoop owner, TimeProvider time, BufferPool buffers, Action wake)
    {
        Owner = owner;
        Time = time;
        Buffers = buffers;
        _work = new WorkQueue(wake, Report);
        _sweepTicks = ToTicks(SweepList.Interval);
        Timestamp = time.GetTimestamp();
    }

    public EventLoop Owner { get; }

    public TimeProvider Time { get; }

    public BufferPool Buffers { get; }

    /// <summary>Read once per turn.</summary>
    public long Timestamp { get; private set; }

    /// <summary>Counts rounds of work; what one connection may read in a round is bounded.</summary>
    public uint Round { get; private set; }

    /// <summary>Counts turns. A loop that has nothing to do makes none.</summary>
    public long Turns { get; private set; }

    /// <summary>Connections that wait for the peer's close after ours.</summary>
    public int LingeringConnections { get; set; }

    /// <summary>Whether the loop runs no more work.</summary>
    public bool HasEnded
    {
        get => Volatile.Read(ref _hasEnded);
        set => Volatile.Write(ref _hasEnded, value);
    }

    /// <summary>
    /// Told before a round sends what it has written, when nothing else is left to be done in it: what is asked of the kernel besides goes
    /// first. The peer that a send wakes up may have to wait for this thread to sleep.
    /// </summary>
    public Action? BeforeSends { get; set; }

    /// <summary>Whether there is something to do without waiting for an event.</summary>
    public bool HasWork => _senders.Count > 0 || !_work.IsEmpty;

    /// <summary>Timestamp of the nearest deadline or sweep; <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextDue => IsSweepNeeded ? Math.Min(_deadlines.Next, _nextSweep) : _deadlines.Next;

    private bool IsSweepNeeded => !_sweeps.IsEmpty || Buffers.NeedsTrim;

    /// <summary>Queues work; false when the loop has ended and nobody will run it.</summary>
    public bool Post(WorkItem item)
    {
        if (Owner.IsCurrent)
        {
            _work.PostLocal(item);
        }
        else if (HasEnded)
        {
            return false;
        }
        else
        {
            _work.PostRemote(item);
        }

        return true;
    }

    public bool Post(Action<object?> callback, object? state) => Post(new WorkItem(callback, state));

    public bool TrySleep() => _senders.Count == 0 && _work.TrySleep();

    public void Awake() => _work.Awake();

    /// <summary>Sends what the connection has, at the end of this turn.</summary>
    public void QueueSend(LoopConnection connection) => _senders.Add(connection);

    public Deadline AddDeadline(TimeSpan delay, Action<object?> callback, object? state)
    {
        var deadline = new Deadline(callback, state);
        _deadlines.Add(deadline, Time.GetTimestamp() + ToTicks(delay));
        return deadline;
    }

    public void AddSweep(Sweep sweep)
    {
        if (_sweeps.IsEmpty)
        {
            _nextSweep = Time.GetTimestamp() + _sweepTicks;
        }

        _sweeps.Add(sweep);
    }

    /// <summary>Starts a turn: reads the clock.</summary>
    public void BeginTurn()
    {
        Timestamp = Time.GetTimestamp();
        Round++;
        Turns++;
    }

    public void RunTimers()
    {
        while (_deadlines.TakeDue(Timestamp) is { } deadline)
        {
            Guard(static deadline => deadline.Run(), deadline);
        }

        if (IsSweepNeeded && _nextSweep <= Timestamp)
        {
            _nextSweep = Timestamp + _sweepTicks;
            Buffers.Trim(Time, Timestamp);
            _sweeps.Run(Report);
        }
    }

    /// <summary>Runs posted work and sends what has been written, until nothing is left or sockets have waited long enough.</summary>
    public void RunWork()
    {
        for (var round = 0; round < MostRoundsPerTurn && HasWork; round++)
        {
            Round++;
            _work.Run();
            if (BeforeSends is { } beforeSends && _work.IsEmpty)
            {
                beforeSends();
            }

            SendQueued();
        }
    }

    /// <summary>Runs a callback whose failure must not end the loop.</summary>
    public void Guard<T>(Action<T> callback, T argument)
    {
        try
        {
            callback(argument);
        }
        catch (Exception exception)
        {
            Report(exception);
        }
    }

    public void Report(Exception exception)
    {
        if (Owner.UnhandledException is not { } handler)
        {
            return;
        }

        try
        {
            handler(exception);
        }
        catch (Exception)
        {
            // The handler of last resort has failed: there is nobody left to tell, and the loop must go on.
        }
    }

    private long ToTicks(TimeSpan span) =>
        (long)(Math.Min(span.TotalSeconds, LongestDelay.TotalSeconds) * Time.TimestampFrequency);

    // What is written while these are sent (a flush that goes on) waits for the next round, so that it combines, too.
    private void SendQueued()
    {
        if (_senders.Count == 0)
        {
            return;
        }

        (_senders, _sending) = (_sending, _senders);
        foreach (var connection in _sending)
        {
            try
            {
                connection.SendQueued(this);
            }
            catch (Exception exception)
            {
                Report(exception);
            }
        }

        _sending.Clear();
    }
}
