using System.Collections.Frozen;
using Pgmux.Core.Configuration.Hba;
using Pgmux.Core.Configuration.Ldap;
using Pgmux.Core.Configuration.Peers;
using Pgmux.Core.Configuration.Values;

namespace Pgmux.Core.Configuration;

/// <summary>Turns a configuration file into a <see cref="ConfigSnapshot"/>, or into everything that is wrong with it.</summary>
internal sealed class ConfigLoader
{
    private const string MainSection = "pgbouncer";

    private static readonly string[] Sections = [MainSection, "databases", "users", "peers"];

    private readonly List<ConfigFault> _faults = [];
    private readonly List<ConfigFault> _warnings = [];
    private readonly Dictionary<string, SourceLocation> _locations = [];
    private readonly Dictionary<string, DatabaseOptions> _databases = [];
    private readonly Dictionary<string, UserOptions> _users = [];
    private readonly Dictionary<int, PeerOptions> _peers = [];
    private readonly EntryReader<DatabaseOptions> _databaseReader;
    private readonly EntryReader<UserOptions> _userReader;
    private readonly PeerReader _peerReader;
    private PgmuxOptions _options = PgmuxOptions.Default;
    private bool _hasMainSection;

    private ConfigLoader()
    {
        _databaseReader = new("database", DatabaseKeys.All, _faults);
        _userReader = new("user", UserKeys.All, _faults);
        _peerReader = new(_faults);
    }

    /// <summary>Reads the file, the files it includes, auth_file, and with auth_type hba auth_hba_file and auth_ident_file.</summary>
    public static ConfigLoadResult Load(string path) => new ConfigLoader().LoadFile(path);

    /// <summary>
    /// A configuration with one setting of [pgbouncer] changed, held to all rules. Other files are read again only where the setting says
    /// how: a SET takes up nothing else that somebody has written meanwhile.
    /// </summary>
    /// <param name="running">The configuration without the change.</param>
    /// <param name="setting">The setting.</param>
    /// <param name="options">The options with it.</param>
    /// <param name="place">Where faults say that it stands.</param>
    public static ConfigLoadResult Change(ConfigSnapshot running, Setting setting, PgmuxOptions options, SourceLocation place)
        => new ConfigLoader().ChangeOne(running, setting, options, place);

    private ConfigLoadResult LoadFile(string path)
    {
        foreach (var entry in new IniReader(_faults).Read(path))
        {
            Take(entry);
        }

        if (!_hasMainSection && _faults.Count == 0)
        {
            _faults.Add(new ConfigFault(path, 0, $"the section [{MainSection}] is missing"));
        }

        var snapshot = new ConfigSnapshot
        {
            FilePath = string.IsNullOrEmpty(_options.Conffile) ? path : _options.Conffile,
            Options = _options,
            Databases = _databases.Values.Where(database => database.Name != DatabaseOptions.FallbackName)
                .ToFrozenDictionary(database => database.Name),
            FallbackDatabase = _databases.GetValueOrDefault(DatabaseOptions.FallbackName),
            Users = _users.ToFrozenDictionary(),
            Peers = _peers.ToFrozenDictionary(),
            UserList = LoadUserList(),
            ClientTls = new ClientTlsReader(_options, LocationOf, _faults).Read(),
            ServerTls = new ServerTlsReader(_options, LocationOf, _faults).Read(_databases.Values),
            Hba = LoadHba(),
            Ldap = LoadLdap(),
            Locations = _locations.ToFrozenDictionary(),
        };
        return Check(snapshot);

        SourceLocation LocationOf(string setting) => _locations.GetValueOrDefault(setting, new SourceLocation(path, 0));
    }

    private ConfigLoadResult ChangeOne(ConfigSnapshot running, Setting setting, PgmuxOptions options, SourceLocation place)
    {
        _options = options;
        foreach (var (name, location) in running.Locations)
        {
            _locations[name] = location;
        }

        _locations[setting.Name] = place;
        var isAboutLogins = setting.Name.StartsWith("auth_", StringComparison.Ordinal);
        var isAboutTls = isAboutLogins || setting.Name.Contains("_tls", StringComparison.Ordinal);
        var entries = running.FallbackDatabase is { } fallback ? running.Databases.Values.Append(fallback) : running.Databases.Values;
        return Check(new ConfigSnapshot
        {
            FilePath = running.FilePath,
            Options = options,
            Databases = running.Databases,
            FallbackDatabase = running.FallbackDatabase,
            Users = running.Users,
            Peers = running.Peers,
            UserList = isAboutLogins ? LoadUserList() : running.UserList,
            ClientTls = isAboutTls ? new ClientTlsReader(options, LocationOf, _faults).Read() : running.ClientTls,
            ServerTls = isAboutTls ? new ServerTlsReader(options, LocationOf, _faults).Read(entries) : running.ServerTls,
            Hba = isAboutLogins ? LoadHba() : running.Hba,
            Ldap = isAboutLogins ? LoadLdap() : running.Ldap,
            Locations = _locations.ToFrozenDictionary(),
            Unapplied = TlsSettings.Has(setting) ? FrozenDictionary<string, string>.Empty : running.Unapplied,
        });

        SourceLocation LocationOf(string name) => _locations.GetValueOrDefault(name, new SourceLocation(running.FilePath, 0));
    }

    private ConfigLoadResult Check(ConfigSnapshot snapshot)
    {
        foreach (var rule in OptionsRules.All)
        {
            rule.Check(snapshot, _faults, _warnings);
        }

        return new ConfigLoadResult(
            _faults.Count == 0 ? snapshot : null, InOrder(_faults, snapshot.FilePath), InOrder(_warnings, snapshot.FilePath));
    }

    // By line within each file, the main file first: rules find things in another order than eyes do.
    private static IReadOnlyList<ConfigFault> InOrder(List<ConfigFault> found, string mainFile)
        => found.Count == 0 ? [] : [.. found.OrderBy(fault => fault.File != mainFile).ThenBy(fault => fault.File, StringComparer.Ordinal).ThenBy(fault => fault.Line)];

    private void Take(IniEntry entry)
    {
        if (entry.Key is null)
        {
            Begin(entry);
            return;
        }

        switch (entry.Section)
        {
            case MainSection:
                TakeSetting(entry, entry.Key);
                break;
            case "databases":
                TakeDatabase(entry, entry.Key);
                break;
            case "users":
                if (_userReader.TryRead(entry, new UserOptions { Name = entry.Key, Location = entry.Location }, out var user))
                {
                    _users[user.Name] = user;
                }

                break;
            case "peers":
                if (_peerReader.Read(entry, entry.Key) is { } peer)
                {
                    _peers[peer.Id] = peer;
                }

                break;
            default:
                // The header of the section was reported already.
                break;
        }
    }

    private void Begin(IniEntry header)
    {
        if (!Sections.Contains(header.Section))
        {
            _faults.Add(header.Location.Fault($"unknown section [{header.Section}]{NearestName.Hint(header.Section, Sections)}"));
        }

        if (header.Section != MainSection)
        {
            return;
        }

        // A further [pgbouncer] starts from the defaults again, in PgBouncer too; only what has no default stays.
        _hasMainSection = true;
        foreach (var name in _locations.Keys.Order(StringComparer.Ordinal))
        {
            var setting = SettingTable.Find(name)!;
            if (setting.DefaultText is not null)
            {
                _options = setting.Copy(PgmuxOptions.Default, _options);
                _locations.Remove(name);
                _warnings.Add(header.Location.Fault($"this further section [{MainSection}] puts {name} back to its default"));
            }
        }
    }

    private void TakeSetting(IniEntry entry, string name)
    {
        var setting = SettingTable.Find(name);
        if (setting is null)
        {
            _faults.Add(entry.Location.Fault(SettingTable.UnknownName(name)));
        }
        else if (ValueReferences.OfProcess.TryResolve(entry.Value, out var value, out var problem)
            && setting.TryApply(_options, value, out _options, out problem))
        {
            _locations[name] = entry.Location;
        }
        else
        {
            _faults.Add(entry.Location.Fault($"{name} = {entry.Value}: {name} {problem}"));
        }
    }

    private void TakeDatabase(IniEntry entry, string name)
    {
        if (ConfigSnapshot.IsConsole(name))
        {
            _faults.Add(entry.Location.Fault($"database name \"{name}\" is reserved for the console"));
        }
        else if (name.Length == 0)
        {
            _faults.Add(entry.Location.Fault("a database needs a name"));
        }
        else if (_databaseReader.TryRead(entry, new DatabaseOptions { Name = name, Location = entry.Location }, out var database))
        {
            _databases[name] = database;
        }
    }

    private UserList LoadUserList()
        => string.IsNullOrEmpty(_options.AuthFile) || _options.AuthType is AuthType.Any or AuthType.Pam
            ? UserList.Empty
            : new UserListReader(_options.AuthFile, _locations["auth_file"], _faults).Read() ?? UserList.Empty;

    private HbaRules LoadHba()
    {
        if (_options.AuthType != AuthType.Hba)
        {
            return HbaRules.None;
        }

        if (_options.AuthHbaFile.Length == 0)
        {
            _faults.Add(_locations["auth_type"].Fault("auth_type is hba, so auth_hba_file must name the file with the rules"));
            return HbaRules.None;
        }

        return new HbaLoader(_faults, _warnings).Load(
            _options.AuthHbaFile,
            _locations["auth_hba_file"],
            _options.AuthIdentFile,
            _locations.GetValueOrDefault("auth_ident_file", SourceLocation.Nowhere));
    }

    private LdapOptions? LoadLdap()
    {
        if (_options.AuthType != AuthType.Ldap)
        {
            return null;
        }

        if (string.IsNullOrEmpty(_options.AuthLdapOptions))
        {
            _faults.Add(_locations["auth_type"].Fault("auth_type is ldap, so auth_ldap_options must say how the directory is asked"));
            return null;
        }

        var options = LdapOptionsReader.Read(_options.AuthLdapOptions, out var problem);
        if (options is null)
        {
            _faults.Add(_locations["auth_ldap_options"].Fault($"auth_ldap_options: {problem}"));
        }

        return options;
    }
}
