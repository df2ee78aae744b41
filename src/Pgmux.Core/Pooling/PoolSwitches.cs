using Pgmux.Core.Servers;

namespace Pgmux.Core.Pooling;

/// <summary>
/// Stops and starts the service of one pool, and closes its servers as they become free. What it changes stands under the pool's lock,
/// which is handed in.
/// </summary>
internal sealed class PoolSwitches(Pool pool, Lock gate, PoolServers servers, ServerOpening opening, PoolWaiters waiters, LoginTrials trials)
{
    private static readonly Action<object?> CloseRetired = static state => ((ServerConnection)state!).CloseIfFree();

    /// <summary>Whether it lends servers. Under the lock.</summary>
    public PoolState State { get; private set; }

    /// <summary>Whether a server is there that is to be closed.</summary>
    public bool HasRetired
    {
        get
        {
            lock (gate)
            {
                return servers.All.Any(static server => server.RetireReason is not null);
            }
        }
    }

    /// <summary>Whether no server is left.</summary>
    public bool IsDrained
    {
        get
        {
            lock (gate)
            {
                return servers.Count == 0;
            }
        }
    }

    /// <summary>Lends no servers until <see cref="Resume"/>, and closes those it has as they become free. Clients wait.</summary>
    public void Pause()
    {
        List<ServerConnection> all;
        lock (gate)
        {
            if (State != PoolState.Serving)
            {
                return;
            }

            State = PoolState.Paused;
            all = [.. servers.All];
        }

        RetireAll(all, ServerCloseReason.Paused);
    }

    /// <summary>Ends <see cref="Pause"/>.</summary>
    public void Resume()
    {
        lock (gate)
        {
            if (State != PoolState.Paused)
            {
                return;
            }

            State = PoolState.Serving;
        }

        pool.OpenWanted();
    }

    /// <summary>Closes all servers as they become free; others are opened when they are wanted.</summary>
    public void Reconnect()
    {
        List<ServerConnection> all;
        lock (gate)
        {
            all = [.. servers.All];
        }

        RetireAll(all, ServerCloseReason.ConfigurationChanged);
    }

    /// <summary>Lends no more servers; those that come back are closed. Clients wait.</summary>
    public void Drain() => End(PoolState.Draining, LeaseOutcome.ShuttingDown, ServerCloseReason.ShuttingDown);

    /// <summary>Refuses all who wait, now and later, and closes servers as they become free.</summary>
    public void Close(LeaseOutcome outcome, ServerCloseReason reason) => End(PoolState.Closed, outcome, reason);

    /// <summary>Nobody will want the pool any more, and it has no servers. Under the lock.</summary>
    public void EndUnused()
    {
        State = PoolState.Closed;
        opening.Stop();
    }

    /// <summary>Has these servers closed, each when it has no client. Not under the lock.</summary>
    public static void RetireAll(List<ServerConnection> retired, ServerCloseReason reason)
    {
        foreach (var server in retired)
        {
            server.Retire(reason);
            CloseWhenFree(server);
        }
    }

    /// <summary>Has a server that is to be retired closed now, unless a client has it.</summary>
    public static void CloseWhenFree(ServerConnection server) => server.Loop.Post(CloseRetired, server);

    private void End(PoolState state, LeaseOutcome outcome, ServerCloseReason reason)
    {
        List<ServerConnection> all;
        lock (gate)
        {
            State = state;
            opening.Stop();
            while (trials.First is not null)
            {
                trials.TakeFirst().Refuse(outcome, null);
            }

            if (state == PoolState.Closed)
            {
                waiters.RefuseAll(outcome, null);
            }

            all = [.. servers.All];
        }

        RetireAll(all, reason);
    }
}
