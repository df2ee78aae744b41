using System.Net;
using Microsoft.Extensions.Logging;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Epoll;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Native;
using Pgmux.Transport.Uring;

namespace Pgmux.Transport.Sockets;

/// <summary>
/// An event loop on sockets of the kernel: a thread that waits for events, tells them, and does what is due. How it waits is a matter of
/// the kernel interface that a subclass stands for.
/// </summary>
public abstract class SocketLoop : EventLoop, IAsyncDisposable
{
    // Sessions end within a few rounds; one that posts itself for ever must not keep the process.
    private const int MostEndRounds = 10_000;

    private readonly SocketAcceptor _acceptor;
    private readonly Connector _connector;
    private readonly Thread _thread;
    private readonly string _name;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopping;

    private protected SocketLoop(SocketLoopOptions options, WakeUp wakeUp)
    {
        Index = options.Index;
        TimeProvider = options.TimeProvider;
        Logger = options.Logger;
        WakeUp = wakeUp;
        Core = new LoopCore(this, options.TimeProvider, new BufferPool { PoisonsReturned = options.PoisonsBuffers }, wakeUp.Signal);
        _name = options.Name ?? $"loop-{options.Index}";
        _acceptor = options.Acceptor;
        _connector = new Connector(this);
        _thread = new Thread(Run) { IsBackground = true, Name = _name };
        UnhandledException = exception => TransportLog.LoopWorkFailed(Logger, exception, _name);
    }

    /// <inheritdoc/>
    public sealed override int Index { get; }

    /// <inheritdoc/>
    public sealed override TimeProvider TimeProvider { get; }

    /// <inheritdoc/>
    public sealed override long Timestamp => Core.Timestamp;

    /// <inheritdoc/>
    public sealed override bool IsCurrent => Thread.CurrentThread == _thread;

    internal LoopCore Core { get; }

    internal ILogger Logger { get; }

    /// <summary>Whom the loop tells of events: connections, listeners, connects under way.</summary>
    internal abstract int TargetCount { get; }

    private protected WakeUp WakeUp { get; }

    /// <summary>Starts a loop on a thread of its own.</summary>
    /// <exception cref="UringUnavailableException">This kernel, or what restricts this process, does not allow io_uring.</exception>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public static SocketLoop Start(SocketEngine engine, SocketLoopOptions options) =>
        engine == SocketEngine.Uring ? UringLoop.Start(options) : EpollLoop.Start(options);

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
    public sealed override void Post(Action<object?> callback, object? state) => Core.Post(callback, state);

    /// <inheritdoc/>
    public sealed override IDisposable AddSweep(Action sweep)
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
    public sealed override TransportListener Listen(ListenOptions options, Action<TransportConnection> accepted)
    {
        var listener = new SocketListener(this, options, _acceptor, accepted);
        if (IsCurrent)
        {
            listener.Start();
        }
        else
        {
            Post(static state => ((SocketListener)state!).Start(), listener);
        }

        return listener;
    }

    /// <inheritdoc/>
    public sealed override ValueTask<TransportConnection> ConnectAsync(ConnectOptions options, CancellationToken cancellationToken) =>
        new(IsCurrent
            ? _connector.ConnectAsync(options, cancellationToken)
            : this.RunAsync(() => _connector.ConnectAsync(options, cancellationToken)));

    /// <inheritdoc/>
    public sealed override TransportConnection Adopt(int descriptor, SocketTuning tuning)
    {
        if (SocketName.Remote(descriptor) is not { } remote || !DescriptorFlags.TryTakeOver(descriptor))
        {
            var error = ErrnoExtensions.Last();
            _ = SocketCalls.Close(descriptor);
            throw new IOException($"Descriptor {descriptor} is no connected socket: {error.Describe()}");
        }

        SocketTuner.Apply(descriptor, remote, tuning);
        var connection = CreateConnection(descriptor, remote, local: null, tuning);
        if (!connection.TryAttach())
        {
            var error = ErrnoExtensions.Last();
            connection.Abort();
            throw new IOException($"The loop cannot take the connection of {remote}: {error.Describe()}");
        }

        return connection;
    }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<BufferUse> BufferUse => Core.Buffers.Use;

    /// <inheritdoc/>
    public sealed override Task<T> OffloadAsync<T>(Func<T> work) => Task.Run(work);

    /// <summary>Makes a connection of a connected, non-blocking socket, which it owns from now on.</summary>
    internal abstract SocketConnection CreateConnection(int socket, EndPoint remote, EndPoint? local, SocketTuning tuning);

    /// <summary>Watches a descriptor. Null with errno when the kernel refuses.</summary>
    internal abstract DescriptorWatch? TryWatch(int descriptor, PollEvents interest, IPollTarget target);

    private protected void StartThread() => _thread.Start();

    /// <summary>The loop's thread runs; nothing has been waited for yet.</summary>
    private protected virtual void OnThreadStarted()
    {
    }

    /// <summary>Sends what is queued for the kernel and waits for events; <see cref="Timeout.InfiniteTimeSpan"/> waits without limit.</summary>
    private protected abstract void Wait(TimeSpan longest);

    /// <summary>Tells the events of the last wait.</summary>
    private protected abstract void Dispatch();

    /// <summary>Closes all whom the loop tells of events.</summary>
    private protected abstract void EndTargets();

    /// <summary>Gives back what the loop has of the kernel.</summary>
    private protected abstract void CloseKernelSide();

    private void Run()
    {
        SynchronizationContext.SetSynchronizationContext(new LoopSynchronizationContext(Core));
        OnThreadStarted();
        while (!_isStopping)
        {
            Wait(LongestSleep());
            Core.Awake();
            Core.BeginTurn();
            Dispatch();
            Core.RunTimers();
            Core.RunWork();
        }

        End();
        CloseKernelSide();
        _ended.SetResult();
    }

    private TimeSpan LongestSleep()
    {
        if (!Core.TrySleep())
        {
            return TimeSpan.Zero;
        }

        var due = Core.NextDue;
        if (due == long.MaxValue)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var left = TimeProvider.GetElapsedTime(TimeProvider.GetTimestamp(), due);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    // What closes may post, and what is posted may open: again until nothing is left.
    private void End()
    {
        Core.HasEnded = true;
        for (var round = 0; round < MostEndRounds && (Core.HasWork || TargetCount > 0); round++)
        {
            EndTargets();
            Core.RunWork();
        }
    }
}
