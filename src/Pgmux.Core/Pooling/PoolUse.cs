namespace Pgmux.Core.Pooling;

/// <summary>
/// Whether anybody uses a pool, and since when nobody does. Clients come in under the lock of <see cref="PoolRegistry"/>, which is where a
/// pool ends as well, so none comes into one that ends; everything else is safe on any thread.
/// </summary>
internal sealed class PoolUse(TimeProvider clock)
{
    private int _clients;
    private long _lastUse = clock.GetTimestamp();

    /// <summary>Whether clients have it.</summary>
    public bool HasClients => Volatile.Read(ref _clients) > 0;

    /// <summary>A client has asked for the pool at its login, and has it until <see cref="Leave"/>.</summary>
    public void Enter()
    {
        Touch();
        Interlocked.Increment(ref _clients);
    }

    /// <summary>A client has closed.</summary>
    public void Leave()
    {
        // In this order: a look in between finds a client, or a use of just now.
        Touch();
        Interlocked.Decrement(ref _clients);
    }

    /// <summary>Somebody wants something of it, or it has lost a server.</summary>
    public void Touch() => Volatile.Write(ref _lastUse, clock.GetTimestamp());

    /// <summary>Whether it has no clients and nobody has wanted anything of it for so long.</summary>
    public bool IsOver(TimeSpan span) => Volatile.Read(ref _clients) == 0 && clock.GetElapsedTime(Volatile.Read(ref _lastUse)) >= span;
}
