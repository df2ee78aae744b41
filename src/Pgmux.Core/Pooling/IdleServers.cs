using Pgmux.Core.Servers;

namespace Pgmux.Core.Pooling;

/// <summary>
/// Idle servers of one pool on one loop, the last used on top: a warm connection is used again before a cold one, and the
/// cold ones reach their idle timeout. Guarded by the pool's lock.
/// </summary>
internal sealed class IdleServers(int loop)
{
    /// <summary>The server that has been idle for the shortest time.</summary>
    public ServerConnection? Newest { get; private set; }

    /// <summary>The server that has been idle for the longest time.</summary>
    public ServerConnection? Oldest { get; private set; }

    /// <summary>Number of idle servers.</summary>
    public int Count { get; private set; }

    /// <summary>Puts a server on top.</summary>
    public void Push(ServerConnection server)
    {
        server.Links = new ServerLinks { Older = Newest, IdleLoop = loop };
        if (Newest is null)
        {
            Oldest = server;
        }
        else
        {
            Newest.Links.Newer = server;
        }

        Newest = server;
        Count++;
    }

    /// <summary>Takes the server that was used last, or the one that has been idle for longest.</summary>
    public ServerConnection? Pop(bool takesOldest)
    {
        var server = takesOldest ? Oldest : Newest;
        if (server is not null)
        {
            Remove(server);
        }

        return server;
    }

    /// <summary>Takes a server out.</summary>
    public void Remove(ServerConnection server)
    {
        var links = server.Links;
        if (links.Older is null)
        {
            Oldest = links.Newer;
        }
        else
        {
            links.Older.Links.Newer = links.Newer;
        }

        if (links.Newer is null)
        {
            Newest = links.Older;
        }
        else
        {
            links.Newer.Links.Older = links.Older;
        }

        server.Links = new ServerLinks { IdleLoop = ServerLinks.NotIdle };
        Count--;
    }
}
