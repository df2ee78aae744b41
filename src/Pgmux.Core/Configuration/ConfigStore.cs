namespace Pgmux.Core.Configuration;

/// <summary>Holds the configuration in use. A reload swaps it whole or leaves it as it is.</summary>
internal sealed class ConfigStore
{
    private readonly Lock _reloading = new();
    private readonly Func<string, ConfigLoadResult> _load;
    private volatile ConfigSnapshot _current;
    private FileStamp? _refusedStamp;

    /// <summary>Starts with a configuration that was loaded before.</summary>
    /// <param name="initial">The configuration to start with.</param>
    /// <param name="load">How to read it again; tests pass their own.</param>
    public ConfigStore(ConfigSnapshot initial, Func<string, ConfigLoadResult>? load = null)
    {
        _current = initial;
        _load = load ?? ConfigLoader.Load;
    }

    /// <summary>The configuration in use. Read it once per decision: the next read may give another one.</summary>
    public ConfigSnapshot Current => _current;

    /// <summary>
    /// Reads the file again. With faults the last good configuration stays. Settings that PgBouncer never changes while it
    /// runs keep their value; a warning names those that would have changed.
    /// </summary>
    public bool TryReload(out IReadOnlyList<ConfigFault> faults, out IReadOnlyList<ConfigFault> warnings)
    {
        lock (_reloading)
        {
            var running = _current;
            var result = _load(running.FilePath);
            faults = result.Faults;
            warnings = result.Warnings;
            if (result.Snapshot is not { } next)
            {
                return false;
            }

            warnings = [.. warnings, .. KeepFixed(running.Options, ref next)];
            _current = next;
            return true;
        }
    }

    /// <inheritdoc cref="TryReload(out IReadOnlyList{ConfigFault}, out IReadOnlyList{ConfigFault})"/>
    public bool TryReload(out IReadOnlyList<ConfigFault> faults) => TryReload(out faults, out _);

    /// <summary>
    /// Reads auth_file again when it was written to since. False when it did change and cannot be used; the users of before
    /// stay then, and the same bad file is not reported again. PgBouncer looks at the file three times a second.
    /// </summary>
    public bool TryRefreshUsers(out IReadOnlyList<ConfigFault> faults)
    {
        lock (_reloading)
        {
            var path = _current.Options.AuthFile;
            var found = new List<ConfigFault>();
            faults = found;
            if (string.IsNullOrEmpty(path) || _current.Options.AuthType is AuthType.Any or AuthType.Pam)
            {
                return true;
            }

            var stamp = FileStamp.Of(path);
            if (stamp == _current.UserList.Stamp || stamp == _refusedStamp)
            {
                return true;
            }

            if (new UserListReader(path, _current.LocationOf("auth_file"), found).Read() is not { } users)
            {
                _refusedStamp = stamp;
                return false;
            }

            _refusedStamp = null;
            _current = _current.With(users);
            return true;
        }
    }

    private static List<ConfigFault> KeepFixed(PgmuxOptions running, ref ConfigSnapshot next)
    {
        var warnings = new List<ConfigFault>();
        var options = next.Options;
        foreach (var setting in SettingTable.All)
        {
            if (!setting.IsChangeable && !setting.AreEqual(running, options))
            {
                warnings.Add(next.LocationOf(setting.Name).Fault(
                    $"{setting.Name} stays {setting.Print(running)} until pgmux is started again"));
                options = setting.Copy(running, options);
            }
        }

        next = next.With(options);
        return warnings;
    }
}
