using Pgmux.Core.Servers;

namespace Pgmux.Core.Pooling;

/// <summary>
/// The logins to servers of one pool that clients need for themselves, to have a token judged or to replicate: some being tried, the others
/// in their order. Each client has one at most, so max_client_conn bounds them. Guarded by the pool's lock.
/// </summary>
internal sealed class LoginTrials
{
    /// <summary>Such logins under way at once: as many as other logins.</summary>
    public const int InFlightLimit = LoginThrottle.InFlightLimit;

    private readonly LinkedList<OwnLogin> _waiting = new();
    private readonly Dictionary<ServerConnection, OwnLogin> _trying = [];

    // Servers that are being closed so that a trial has room in the pool.
    private int _roomsMade;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _waiting.Count == 0 && _trying.Count == 0;

    /// <summary>The one that has waited longest; null when none waits.</summary>
    public OwnLogin? First => _waiting.First?.Value;

    /// <summary>Whether one waits that may begin as far as its number goes.</summary>
    public bool MayStart => _waiting.Count > 0 && _trying.Count < InFlightLimit;

    /// <summary>Whether a server should be closed for one that waits.</summary>
    public bool NeedsRoom => MayStart && _waiting.Count > _roomsMade;

    /// <summary>A client waits for a server's word.</summary>
    public void Add(OwnLogin login)
    {
        login.Server = null;
        _waiting.AddLast(login);
    }

    /// <summary>The client no longer waits. A login that is under way goes on: the server is good for others.</summary>
    public void Remove(OwnLogin login) => _waiting.Remove(login);

    /// <summary>The first is tried by this server.</summary>
    public void Start(ServerConnection server)
    {
        var login = TakeFirst();
        login.Server = server;
        _trying.Add(server, login);
    }

    /// <summary>A login has ended: the trial that it was, or null.</summary>
    public OwnLogin? End(ServerConnection server) => _trying.Remove(server, out var login) ? login : null;

    /// <summary>A server is about to be closed for a trial.</summary>
    public void OnRoomMade() => _roomsMade++;

    /// <summary>It has closed.</summary>
    public void OnRoomThere() => _roomsMade--;

    /// <summary>Takes out the first.</summary>
    public OwnLogin TakeFirst()
    {
        var login = _waiting.First!.Value;
        _waiting.RemoveFirst();
        return login;
    }
}
