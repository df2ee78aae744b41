using Microsoft.Extensions.Logging;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Epoll;

/// <summary>An event loop on epoll(7): a thread that works on every Linux, also where a container forbids io_uring.</summary>
public sealed class EpollLoop : EventLoop, IAsyncDisposable
{
    // Sessions end within a few rounds; one that posts itself for ever must not keep the process.
    private const int MostEndRounds = 10_000;

    private readonly SocketAcceptor _acceptor;
    private readonly EpollConnector _connector;
    private readonly Thread _thread;
    private readonly string _name;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopping;

    private EpollLoop(EpollLoopOptions options)
    {
        Index = options.Index;
        TimeProvider = options.TimeProvider;
        Logger = options.Logger;
        Poller = new EpollPoller();
        Core = new LoopCore(this, options.TimeProvider, new BufferPool { PoisonsReturned = options.PoisonsBuffers }, Poller.Wake);
        _name = options.Name ?? $"loop-{options.Index}";
        _acceptor = options.Acceptor;
        _connector = new EpollConnector(this);
        _thread = new Thread(Run) { IsBackground = true, Name = _name };
        UnhandledException = exception => TransportLog.LoopWorkFailed(Logger, exception, _name);
    }

    /// <inheritdoc/>
    public override int Index { get; }

    /// <inheritdoc/>
    public override TimeProvider TimeProvider { get; }

    /// <inheritdoc/>
    public override long Timestamp => Core.Timestamp;

    /// <inheritdoc/>
    public override bool IsCurrent => Thread.CurrentThread == _thread;

    internal LoopCore Core { get; }

    internal EpollPoller Poller { get; }

    internal ILogger Logger { get; }

    /// <summary>Starts a loop on a thread of its own.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public static EpollLoop Start(EpollLoopOptions options)
    {
        var loop = new EpollLoop(options);
        loop._thread.Start();
        return loop;
    }

    /// <summary>
    /// Ends the loop: listeners and connections are closed at once (pending reads and flushes complete), work that is posted
    /// already is run, later work is dropped. The task completes when the thread is done.
    /// </summary>
    public Task StopAsync()
    {
        _isStopping = true;
        Post(static _ => { }, null);
        return _ended.Task;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(StopAsync());

    /// <inheritdoc/>
    public override void Post(Action<object?> callback, object? state) => Core.Post(callback, state);

    /// <inheritdoc/>
    public override IDisposable AddSweep(Action sweep)
    {
        var entry = new Sweep(sweep);
        if (IsCurrent)
        {
            Core.AddSweep(entry);
        }
        else
        {
            Post(state => Core.AddSweep((Sweep)state!), entry);
        }

        return entry;
    }

    /// <inheritdoc/>
    public override TransportListener Listen(ListenOptions options, Action<TransportConnection> accepted)
    {
        var listener = new EpollListener(this, options, _acceptor, accepted);
        if (IsCurrent)
        {
            listener.Start();
        }
        else
        {
            Post(static state => ((EpollListener)state!).Start(), listener);
        }

        return listener;
    }

    /// <inheritdoc/>
    public override ValueTask<TransportConnection> ConnectAsync(ConnectOptions options, CancellationToken cancellationToken) =>
        new(IsCurrent
            ? _connector.ConnectAsync(options, cancellationToken)
            : this.RunAsync(() => _connector.ConnectAsync(options, cancellationToken)));

    /// <inheritdoc/>
    public override Task<T> OffloadAsync<T>(Func<T> work) => Task.Run(work);

    private void Run()
    {
        SynchronizationContext.SetSynchronizationContext(new LoopSynchronizationContext(Core));
        while (!_isStopping)
        {
            var count = Poller.Wait(SleepMilliseconds());
            Core.Awake();
            Core.BeginTurn();
            Dispatch(count);
            Core.RunTimers();
            Core.RunWork();
        }

        End();
        Poller.Dispose();
        _ended.SetResult();
    }

    private void Dispatch(int count)
    {
        for (var index = 0; index < count; index++)
        {
            Poller.TargetOf(index, out var announced)?.Announce(announced);
        }

        for (var index = 0; index < count; index++)
        {
            if (Poller.TargetOf(index, out var events) is not { } target)
            {
                continue;
            }

            try
            {
                target.OnEvents(events);
            }
            catch (Exception exception)
            {
                Core.Report(exception);
            }
        }
    }

    private int SleepMilliseconds()
    {
        if (!Core.TrySleep())
        {
            return 0;
        }

        var due = Core.NextDue;
        if (due == long.MaxValue)
        {
            return -1;
        }

        // Rounded up: a millisecond too early would only be spent spinning until it is due.
        var left = (due - TimeProvider.GetTimestamp()) * 1000.0 / TimeProvider.TimestampFrequency;
        return (int)Math.Clamp(Math.Ceiling(left), 0, int.MaxValue);
    }

    // What closes may post, and what is posted may open: again until nothing is left.
    private void End()
    {
        Core.HasEnded = true;
        for (var round = 0; round < MostEndRounds && (Core.HasWork || Poller.TargetCount > 0); round++)
        {
            foreach (var target in Poller.Targets())
            {
                Core.Guard(static target => target.OnLoopEnd(), target);
            }

            Core.RunWork();
        }
    }
}
