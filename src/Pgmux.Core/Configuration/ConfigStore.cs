namespace Pgmux.Core.Configuration;

/// <summary>Holds the configuration in use. A reload swaps it whole or leaves it as it is.</summary>
internal sealed class ConfigStore
{
    private readonly Lock _reloading = new();
    private readonly Func<string, ConfigLoadResult> _load;
    private readonly HashSet<Setting> _set = [];
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

            if (!TryKeepSet(running.Options, ref next, out var keptFaults))
            {
                faults = keptFaults;
                return false;
            }

            warnings = [.. warnings, .. KeepFixed(running.Options, ref next)];
            _current = next;
            return true;
        }
    }

    /// <summary>
    /// SET: changes one setting of [pgbouncer] until the next reload, by the rules that hold for the file. As in PgBouncer a setting that
    /// needs a restart is left as it is without an error, conffile is what the next reload reads, and a setting of TLS that cannot be used now
    /// is tried again with the next one: a certificate and its key come one after the other.
    /// </summary>
    /// <param name="name">The setting, in exactly this case.</param>
    /// <param name="text">The value as it would stand in the file.</param>
    /// <param name="warnings">What the log is to tell although the value is taken.</param>
    public SettingChange Change(string name, string text, out IReadOnlyList<ConfigFault> warnings)
    {
        warnings = [];
        if (SettingTable.Find(name) is not { } setting)
        {
            return SettingChange.Refuse(ByConsole.Fault(SettingTable.UnknownName(name)));
        }

        if (!setting.IsChangeable)
        {
            return SettingChange.KeptUntilRestart;
        }

        lock (_reloading)
        {
            var running = _current;
            if (name == ConfigSnapshot.FileSetting)
            {
                _current = running.WithFile(text);
                return SettingChange.Taken;
            }

            if (!setting.TryApply(running.Options, text, out var options, out var problem))
            {
                var written = setting.HidesSecrets ? name : $"{name} = {text}";
                return SettingChange.Refuse(ByConsole.Fault($"{written}: {name} {problem}"));
            }

            return TlsSettings.Has(setting) ? ChangeTls(running, setting, options, out warnings) : Take(running, [setting], options, out warnings);
        }
    }

    private SettingChange ChangeTls(ConfigSnapshot running, Setting setting, PgmuxOptions options, out IReadOnlyList<ConfigFault> warnings)
    {
        List<Setting> changed = [setting];
        foreach (var (name, text) in running.Unapplied)
        {
            var waiting = SettingTable.Find(name)!;
            if (waiting != setting && waiting.TryApply(options, text, out var merged, out _))
            {
                options = merged;
                changed.Add(waiting);
            }
        }

        var change = Take(running, changed, options, out warnings);
        if (change.Faults.Count == 0)
        {
            return change;
        }

        _current = running.WithUnapplied(changed.ToDictionary(waiting => waiting.Name, waiting => waiting.Print(options) ?? ""));
        return SettingChange.KeepInUse(change.Faults);
    }

    private SettingChange Take(ConfigSnapshot running, IReadOnlyList<Setting> changed, PgmuxOptions options, out IReadOnlyList<ConfigFault> warnings)
    {
        var result = ConfigLoader.Change(running, changed[0], options, ByConsole);
        warnings = result.Warnings;
        if (result.Snapshot is not { } next)
        {
            return SettingChange.Refuse([.. result.Faults]);
        }

        _set.UnionWith(changed);
        _current = next;
        return SettingChange.Taken;
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

    private static readonly SourceLocation ByConsole = new("SET", 0);

    // PgBouncer begins a reload by giving every setting its default. Those without a default keep what they have unless the file says
    // otherwise: what was SET outlives the reload then.
    private bool TryKeepSet(PgmuxOptions running, ref ConfigSnapshot next, out IReadOnlyList<ConfigFault> faults)
    {
        faults = [];
        _set.RemoveWhere(setting => setting.DefaultText is not null);
        foreach (var setting in _set)
        {
            if (next.Locations.ContainsKey(setting.Name))
            {
                continue;
            }

            var result = ConfigLoader.Change(next, setting, setting.Copy(running, next.Options), ByConsole);
            if (result.Snapshot is null)
            {
                faults = result.Faults;
                return false;
            }

            next = result.Snapshot;
        }

        return true;
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
