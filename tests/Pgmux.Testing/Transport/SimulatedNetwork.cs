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
    private readonly SimulatedConnector _connector;
    private readonly Random? _random;
    private readonly SeededSchedule? _schedule;
    private readonly List<InMemoryLink> _links = [];
    private readonly List<InMemoryChannel> _travelling = [];
    private readonly List<Exception> _unhandled = [];
    private SimulatedLoop? _running;
    private int _thread = Environment.CurrentManagedThreadId;

    /// <param name="seed">Decides who goes when, see <paramref name="schedule"/>; null keeps loops and events in their order.</param>
    /// <param name="schedule">How the seed decides.</param>
    public SimulatedNetwork(int? seed = null, ScheduleKind schedule = ScheduleKind.Uniform)
    {
        _connector = new SimulatedConnector(this, _addresses);
        if (seed is { } value)
        {
            _random = new Random(value);
            _schedule = new SeededSchedule(schedule, _random);
        }
    }

    public VirtualTimeProvider Time { get; } = new();

    public IReadOnlyList<SimulatedLoop> Loops => _loops;

    /// <summary>Failures and listeners.</summary>
    public SimulatedAddresses Addresses => _addresses;

    /// <summary>Links with an open end, in the order in which they came to be.</summary>
    public IReadOnlyList<InMemoryLink> Links => _links;

    /// <summary>Bytes that one direction of a new link holds. The default is about what a Unix socket takes.</summary>
    public int CapacityBytes { get; set; } = UsualCapacityBytes;

    /// <summary>How long everything is on its way, on new links.</summary>
    public TimeSpan LinkDelay { get; set; }

    /// <summary>Takes down what is delivered; null when nobody wants to know.</summary>
    public TraceRecorder? Trace { get; init; }

    /// <summary>Cuts what a receive sees into pieces of random size; needs a seed.</summary>
    public bool IsSliced { get; set; }

    /// <summary>
    /// Whether loops take note of what has come before they tell it, as those of the kernel do: all that a turn tells at its beginning, and
    /// with a connection that moves or closes what waits to be told in later turns, as the call that takes its receive back from an
    /// io_uring brings the ends of others.
    /// </summary>
    public bool AnnouncesEarly { get; init; }

    /// <summary>Makes the buffers of a loop. The usual ones are overwritten when they are returned.</summary>
    public Func<BufferPool> CreateBuffers { get; init; } = static () => new BufferPool { PoisonsReturned = true };

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
        for (var turn = 0; turn < MostTurnsPerInstant; turn++)
        {
            if (!Step())
            {
                return;
            }
        }

        throw new InvalidOperationException("The simulation does not come to rest");
    }

    /// <summary>
    /// Runs one turn of one loop; false when no loop has anything to do at this instant, and then throws what no session caught,
    /// as <see cref="RunUntilIdle"/> does.
    /// </summary>
    public bool Step()
    {
        _thread = Environment.CurrentManagedThreadId;
        LandTravelling();
        if (NextLoop() is not { } loop)
        {
            ThrowUnhandled();
            return false;
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

        return true;
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

    /// <summary>
    /// Moves the clock to the next time at which something is due (a timer, a deadline, something on its way), and runs nothing; false
    /// when nothing is within <paramref name="most"/>, which the clock has then moved.
    /// </summary>
    public bool AdvanceToNext(TimeSpan most)
    {
        var target = Time.GetTimestamp() + most.Ticks;
        if (TryMoveToNext(target))
        {
            return true;
        }

        Time.MoveTo(target);
        return false;
    }

    /// <summary>
    /// Ends all faults: pauses and delays of links and accepts, failures of connects. Links that were black holes break, which both
    /// ends see.
    /// </summary>
    public void Heal()
    {
        LinkDelay = TimeSpan.Zero;
        _addresses.AllowAll();
        foreach (var link in _links.ToArray())
        {
            link.Heal();
        }
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

    internal void Add(InMemoryLink link) => _links.Add(link);

    internal void Remove(InMemoryLink link)
    {
        _links.Remove(link);
        _travelling.Remove(link.There);
        _travelling.Remove(link.Back);
    }

    internal void AddTravelling(InMemoryChannel channel)
    {
        if (!_travelling.Contains(channel))
        {
            _travelling.Add(channel);
        }
    }

    internal Task<TransportConnection> ConnectAsync(SimulatedLoop loop, ConnectOptions options, CancellationToken cancellationToken) =>
        _connector.ConnectAsync(loop, options, cancellationToken);

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

    internal void TakeDeliveries(List<InMemoryConnection> waiting, List<InMemoryConnection> delivered)
    {
        if (_schedule is not null)
        {
            _schedule.TakeDeliveries(waiting, delivered);
            return;
        }

        delivered.AddRange(waiting);
        waiting.Clear();
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

    private SimulatedLoop? NextLoop() => _schedule is not null ? _schedule.NextLoop(_loops) : _loops.Find(static loop => loop.HasWork);

    private void LandTravelling()
    {
        // What arrives may send something on its way, and that goes to the end of the list.
        for (var index = 0; index < _travelling.Count; index++)
        {
            _travelling[index].Land();
        }

        _travelling.RemoveAll(static channel => !channel.IsTravelling);
    }

    private bool TryMoveToNext(long limit)
    {
        var next = Time.NextDue;
        foreach (var loop in _loops)
        {
            next = Math.Min(next, loop.Core.NextDue);
        }

        foreach (var channel in _travelling)
        {
            next = Math.Min(next, channel.NextDue);
        }

        if (next > limit)
        {
            return false;
        }

        Time.MoveTo(next);
        return true;
    }
}
