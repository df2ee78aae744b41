using Pgmux.Core.Servers;

namespace Pgmux.Core.Pooling;

/// <summary>When a pool's servers have lived or idled for too long. Guarded by the pool's lock.</summary>
internal sealed class ServerExpiry(PoolEnvironment environment)
{
    private readonly TimeProvider _clock = environment.Clock;
    private long _lastLifetimeClose;

    /// <summary>Whether a limit has passed; zero is no limit. Times are ticks of the loops' clock.</summary>
    public bool IsOver(long since, TimeSpan limit, long now) => limit > TimeSpan.Zero && _clock.GetElapsedTime(since, now) >= limit;

    /// <summary>Why an idle server is to be closed now; null when it stays.</summary>
    public ServerCloseReason? ReasonOf(ServerConnection server, PoolPolicy policy, int servers, long now)
    {
        if (server.RetireReason is { } retired)
        {
            return retired;
        }

        if (environment.ClosesIdleServers)
        {
            return ServerCloseReason.ShuttingDown;
        }

        if (IsLifetimeOver(server, policy, now))
        {
            return ServerCloseReason.LifetimeOver;
        }

        return servers > policy.MinimumSize && IsOver(server.LastUsedAt, policy.ServerIdleTimeout, now)
            ? ServerCloseReason.IdleTimedOut
            : null;
    }

    /// <summary>
    /// Why a server that is not idle is to be closed now; null when it stays. What pgmux itself asks of a server has as long as a login:
    /// server_connect_timeout. With server_fast_close a server that is to be closed does not wait for its session to end. On its loop.
    /// </summary>
    public ServerCloseReason? BusyReasonOf(ServerConnection server, PoolPolicy policy, long now) => server.State switch
    {
        ServerState.Leased when policy.ClosesFast && server.RetireReason == ServerCloseReason.ConfigurationChanged && server.IsReleasable
            => ServerCloseReason.ConfigurationChanged,
        ServerState.Connecting when IsOver(server.OpenedAt, policy.ServerConnectTimeout, now) => ServerCloseReason.ConnectTimedOut,
        ServerState.Resetting when IsOver(server.LastUsedAt, policy.ServerConnectTimeout, now) => ServerCloseReason.ResetFailed,
        ServerState.Testing when IsOver(server.LastUsedAt, policy.ServerConnectTimeout, now) => ServerCloseReason.CheckFailed,
        _ => null,
    };

    /// <summary>
    /// Whether a server is too old to be lent again. Not all at once: a pool that was filled in one moment is renewed one by one over
    /// a lifetime. True notes that this server is the one that goes now.
    /// </summary>
    public bool IsLifetimeOver(ServerConnection server, PoolPolicy policy, long now)
    {
        // A lifetime of zero: used once, then closed.
        var isOver = policy.ServerLifetime > TimeSpan.Zero
            ? IsOver(server.OpenedAt, policy.ServerLifetime, now) && !HasClosedOneRecently(policy, now)
            : server.LeaseCount > 0;
        if (isOver)
        {
            _lastLifetimeClose = now;
        }

        return isOver;
    }

    private bool HasClosedOneRecently(PoolPolicy policy, long now) =>
        policy.Size > 0 && _lastLifetimeClose != 0 && !IsOver(_lastLifetimeClose, policy.ServerLifetime / policy.Size, now);
}
