namespace Pgmux.Core.Admin;

/// <summary>What stops and starts service, for all databases or for one. Called on any thread.</summary>
internal interface IPoolerSwitches
{
    /// <summary>Whether a shutdown has begun.</summary>
    bool IsShuttingDown { get; }

    /// <summary>Whether PAUSE holds for all databases.</summary>
    bool IsPaused { get; }

    /// <summary>Whether SUSPEND holds.</summary>
    bool IsSuspended { get; }

    /// <summary>Whether all connections are at rest, as SUSPEND wants them.</summary>
    bool IsAtRest { get; }

    /// <summary>Whether PAUSE or KILL holds for some database by its name.</summary>
    bool HasPausedDatabase { get; }

    /// <summary>Whether clients may name this database: an entry of [databases], one that the fallback makes, or the console.</summary>
    bool HasDatabase(string name);

    /// <summary>Whether no server is left.</summary>
    /// <param name="database">Of this database; null is all.</param>
    bool IsQuiet(string? database);

    /// <summary>Whether no server is left that is to be closed.</summary>
    /// <param name="database">Of this database; null is all.</param>
    bool IsTidy(string? database);

    /// <summary>Lends no servers any more and closes them as they become free; false when it is so already.</summary>
    bool TryPause();

    /// <summary>Brings all connections to rest and reads none of them; false when SUSPEND or PAUSE of everything holds already.</summary>
    bool TrySuspend();

    /// <summary>Ends <see cref="TryPause()"/> or <see cref="TrySuspend"/>; false when neither holds.</summary>
    bool TryResume();

    /// <summary>The same for one database; may be called again.</summary>
    void Pause(string database);

    /// <summary>Ends <see cref="Pause"/>, and KILL; false when neither holds.</summary>
    bool TryResume(string database);

    /// <summary>Lets nobody log in to a database any more, or again.</summary>
    void SetDisabled(string database, bool isDisabled);

    /// <summary>Closes servers as they become free; others take their place.</summary>
    /// <param name="database">Those of this database; null is all.</param>
    void Reconnect(string? database);

    /// <summary>Closes clients and servers at once, and pauses their databases.</summary>
    /// <param name="database">Those of this database; null is all.</param>
    void Kill(string? database);

    /// <summary>Closes one client; false when none has the number.</summary>
    ValueTask<bool> TryKillClientAsync(ulong id);
}
