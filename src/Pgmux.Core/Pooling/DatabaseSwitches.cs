using Pgmux.Core.Configuration;

namespace Pgmux.Core.Pooling;

/// <summary>
/// What the console has stopped: everything, or databases by name. Not thread-safe. The names are few: each stands for a command of an
/// administrator.
/// </summary>
internal sealed class DatabaseSwitches
{
    private readonly HashSet<string> _paused = new(StringComparer.Ordinal);
    private readonly HashSet<string> _disabled = new(StringComparer.Ordinal);

    /// <summary>PAUSE of all databases.</summary>
    public bool IsAllPaused { get; set; }

    /// <summary>Whether some database is paused by its name.</summary>
    public bool HasPaused => _paused.Count > 0;

    /// <summary>Whether servers of a database are lent.</summary>
    public bool MayLend(string database) => !IsAllPaused && !_paused.Contains(database);

    /// <summary>PAUSE or KILL of this database.</summary>
    public bool IsPaused(string database) => _paused.Contains(database);

    /// <summary>Says that a database is paused, or not; false when that is so already.</summary>
    public bool TrySetPaused(string database, bool isPaused) => isPaused ? _paused.Add(database) : _paused.Remove(database);

    /// <summary>DISABLE of this database.</summary>
    public bool IsDisabled(string database) => _disabled.Contains(database);

    /// <summary>Says whether clients may log in to a database.</summary>
    public void SetDisabled(string database, bool isDisabled) => _ = isDisabled ? _disabled.Add(database) : _disabled.Remove(database);

    /// <summary>Forgets databases that the configuration has no more.</summary>
    public void Apply(ConfigSnapshot snapshot)
    {
        _paused.RemoveWhere(name => snapshot.FindDatabase(name) is null);
        _disabled.RemoveWhere(name => snapshot.FindDatabase(name) is null);
    }
}
