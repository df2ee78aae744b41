using Pgmux.Core.Servers;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>The servers of one pool: all of them, and the idle ones by loop. Guarded by the pool's lock.</summary>
internal sealed class PoolServers(IReadOnlyList<EventLoop> loops)
{
    private readonly HashSet<ServerConnection> _all = [];
    private readonly IdleServers[] _idle = [.. loops.Select(loop => new IdleServers(loop.Index))];

    /// <summary>All servers, those that still connect included.</summary>
    public IReadOnlyCollection<ServerConnection> All => _all;

    /// <summary>Whether the server that has been idle for longest is used next, not the one that was used last. server_round_robin.</summary>
    public bool IsRoundRobin { get; set; }

    /// <summary>Number of servers.</summary>
    public int Count => _all.Count;

    /// <summary>Servers that connect or log in and will serve any client.</summary>
    public int Connecting { get; private set; }

    /// <summary>Servers that have logged in and serve any client.</summary>
    public int LoggedIn => _all.Count - Connecting - Replicating;

    /// <summary>Servers that are there for one replication client each, those that still connect included.</summary>
    public int Replicating { get; private set; }

    /// <summary>Adds a server that is about to connect.</summary>
    public void Add(ServerConnection server)
    {
        _all.Add(server);
        if (server.Replication is null)
        {
            Connecting++;
        }
        else
        {
            Replicating++;
        }
    }

    /// <summary>A server has logged in.</summary>
    public void OnLoggedIn(ServerConnection server) => Connecting -= server.Replication is null ? 1 : 0;

    /// <summary>Removes a server that has closed, from wherever it stood.</summary>
    public void Remove(ServerConnection server, ServerState before)
    {
        _all.Remove(server);
        if (server.Links.IdleLoop != ServerLinks.NotIdle)
        {
            _idle[server.Links.IdleLoop].Remove(server);
        }

        if (server.Replication is not null)
        {
            Replicating--;
        }
        else if (before == ServerState.Connecting)
        {
            Connecting--;
        }
    }

    /// <summary>Keeps a server that nobody wants now.</summary>
    public void PushIdle(ServerConnection server) => _idle[server.Loop.Index].Push(server);

    /// <summary>Takes an idle server: of this loop if there is one, else of the loop that has most.</summary>
    public ServerConnection? PopIdle(int loop)
    {
        if (_idle[loop].Pop(IsRoundRobin) is { } own)
        {
            return own;
        }

        IdleServers? fullest = null;
        foreach (var idle in _idle)
        {
            if (idle.Count > (fullest?.Count ?? 0))
            {
                fullest = idle;
            }
        }

        return fullest?.Pop(IsRoundRobin);
    }

    /// <summary>The server that has been idle for longest on any loop; null when none is idle.</summary>
    public ServerConnection? FindLongestIdle() => _idle.Select(static idle => idle.Oldest).OfType<ServerConnection>().MinBy(static server => server.LastUsedAt);

    /// <summary>Takes this server out of the idle ones; false when it is none of them.</summary>
    public bool TryTakeIdle(ServerConnection server)
    {
        if (server.Links.IdleLoop == ServerLinks.NotIdle)
        {
            return false;
        }

        _idle[server.Links.IdleLoop].Remove(server);
        return true;
    }

    /// <summary>Takes the server of this loop that has been idle for longest.</summary>
    public ServerConnection? PopOldest(int loop) => _idle[loop].Pop(takesOldest: true);

    /// <summary>Takes out the idle servers of a loop that are to be closed.</summary>
    public void TakeExpired(
        int loop, Func<ServerConnection, ServerCloseReason?> reasonOf, List<(ServerConnection Server, ServerCloseReason Reason)> expired)
    {
        var server = _idle[loop].Oldest;
        while (server is not null)
        {
            var newer = server.Links.Newer;
            if (reasonOf(server) is { } reason)
            {
                _idle[loop].Remove(server);
                expired.Add((server, reason));
            }

            server = newer;
        }
    }
}
