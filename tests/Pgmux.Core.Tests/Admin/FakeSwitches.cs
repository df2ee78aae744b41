using Pgmux.Core.Admin;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Admin;

/// <summary>Remembers what was switched, and says what a test wants to be so.</summary>
internal sealed class FakeSwitches : IPoolerSwitches
{
    private readonly HashSet<string> _paused = [];

    /// <summary>What was asked for, in order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>The databases that there are beside the console's.</summary>
    public List<string> Databases { get; } = ["db", "other"];

    public bool IsShuttingDown { get; set; }

    public bool IsPaused { get; set; }

    public bool IsSuspended { get; set; }

    public bool IsAtRest { get; set; } = true;

    public bool HasPausedDatabase => _paused.Count > 0;

    public bool IsQuietNow { get; set; } = true;

    public bool IsTidyNow { get; set; } = true;

    /// <summary>Clients' numbers.</summary>
    public HashSet<ulong> Clients { get; } = [7];

    public bool HasDatabase(string name) => ConfigSnapshot.IsConsole(name) || Databases.Contains(name);

    public bool IsQuiet(string? database) => IsQuietNow;

    public bool IsTidy(string? database) => IsTidyNow;

    public bool TryPause()
    {
        Calls.Add("pause");
        var isNew = !IsPaused;
        IsPaused = true;
        return isNew;
    }

    public bool TrySuspend()
    {
        Calls.Add("suspend");
        var isNew = !IsSuspended;
        IsSuspended = true;
        return isNew;
    }

    public bool TryResume()
    {
        var wasPaused = IsPaused || IsSuspended;
        if (wasPaused)
        {
            Calls.Add("resume");
        }

        IsPaused = IsSuspended = false;
        return wasPaused;
    }

    public void Pause(string database)
    {
        Calls.Add($"pause {database}");
        _paused.Add(database);
    }

    public bool TryResume(string database)
    {
        var wasPaused = _paused.Remove(database);
        if (wasPaused)
        {
            Calls.Add($"resume {database}");
        }

        return wasPaused;
    }

    public void SetDisabled(string database, bool isDisabled) => Calls.Add($"{(isDisabled ? "disable" : "enable")} {database}");

    public void Reconnect(string? database) => Calls.Add($"reconnect {database ?? "all"}");

    public void Kill(string? database) => Calls.Add($"kill {database ?? "all"}");

    public ValueTask<bool> TryKillClientAsync(ulong id)
    {
        Calls.Add($"kill client {id}");
        return new(Clients.Remove(id));
    }
}
