namespace Pgmux.Transport;

/// <summary>
/// One thread that owns its sockets, its timers and a queue of posted work. Whatever happens to a connection happens on the
/// thread of its loop, so nothing on the data path needs a lock.
/// </summary>
public abstract class EventLoop
{
    /// <summary>Position among the loops of the process, from 0. Statistics and idle lists are indexed by it.</summary>
    public abstract int Index { get; }

    /// <summary>The only clock that code on this loop may ask. Virtual in simulations.</summary>
    public abstract TimeProvider TimeProvider { get; }

    /// <summary>
    /// Monotonic ticks (<see cref="TimeProvider.TimestampFrequency"/>) read once at the start of this turn: free to ask, and
    /// exact enough for time limits.
    /// </summary>
    public abstract long Timestamp { get; }

    /// <summary>Whether the caller runs on this loop's thread.</summary>
    public abstract bool IsCurrent { get; }

    /// <summary>
    /// Runs <paramref name="callback"/> on this loop, after what is running now, in the order of posting. May be called from
    /// any thread; from the loop's own thread it costs no kernel call. An exception out of it is reported to
    /// <see cref="UnhandledException"/> and does not end the loop.
    /// </summary>
    public abstract void Post(Action<object?> callback, object? state);

    /// <summary>
    /// Calls <paramref name="sweep"/> about three times a second on this loop (PgBouncer's janitor), until the result is
    /// disposed. There is no timer per connection: time limits are checked here, over lists ordered by age.
    /// </summary>
    public abstract IDisposable AddSweep(Action sweep);

    /// <summary>
    /// Listens and hands every accepted connection, already bound to this loop, to <paramref name="accepted"/> on this loop's
    /// thread. When accepting fails (no descriptor left) the listener pauses, tries again and logs one line for each pause.
    /// </summary>
    /// <exception cref="ListenException">The address is taken, not ours, or not allowed; the message names it.</exception>
    public abstract TransportListener Listen(ListenOptions options, Action<TransportConnection> accepted);

    /// <summary>
    /// Opens a connection on this loop. A host name is resolved off the loop, every address is tried in turn within
    /// <see cref="ConnectOptions.Timeout"/>.
    /// </summary>
    /// <exception cref="ConnectException">No address could be reached; <see cref="ConnectException.Reason"/> says why.</exception>
    public abstract ValueTask<TransportConnection> ConnectAsync(ConnectOptions options, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a connection of a connected socket that comes from elsewhere, on this loop's thread. It owns the descriptor, which is closed when
    /// nothing can be made of it.
    /// </summary>
    /// <exception cref="IOException">The kernel refuses; the message says why.</exception>
    public virtual TransportConnection Adopt(int descriptor, SocketTuning tuning) =>
        throw new NotSupportedException($"{GetType().Name} has no sockets");

    /// <summary>Called on the loop's thread with every exception that no session caught. The loop goes on.</summary>
    public Action<Exception>? UnhandledException { get; set; }

    /// <summary>What its buffers are, by their sizes. Asked on the loop's thread.</summary>
    public virtual IReadOnlyList<BufferUse> BufferUse => [];

    /// <summary>
    /// Runs work that is slow on the CPU (PBKDF2 of a login, a TLS handshake) on the thread pool. The await comes back to this loop.
    /// </summary>
    public abstract Task<T> OffloadAsync<T>(Func<T> work);
}
