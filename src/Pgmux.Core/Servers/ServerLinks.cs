namespace Pgmux.Core.Servers;

/// <summary>A server's place in the lists of its pool. Guarded by the pool's lock.</summary>
internal struct ServerLinks
{
    /// <summary><see cref="IdleLoop"/> of a server that is in no idle list.</summary>
    public const int NotIdle = -1;

    /// <summary>The server that went idle before this one on the same loop.</summary>
    public ServerConnection? Older;

    /// <summary>The server that went idle after this one on the same loop.</summary>
    public ServerConnection? Newer;

    /// <summary>Loop in whose idle list the server stands; <see cref="NotIdle"/> when in none.</summary>
    public int IdleLoop;
}
