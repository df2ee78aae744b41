using Pgmux.Core.Admin;
using Pgmux.Core.Cancellation.Peers;
using Pgmux.Core.Configuration;
using Pgmux.Core.Servers.Hosts;

namespace Pgmux.Core.Tests.Admin;

/// <summary>Answers with what a test puts into it and remembers what it was told.</summary>
internal sealed class FakeConsoleSource : IConsoleSource
{
    public ConfigSnapshot Config { get; set; } = new() { FilePath = "/etc/pgmux.ini" };

    public PoolerState State { get; set; } = PoolerState.Active;

    public FakeSwitches Switches { get; } = new();

    IPoolerSwitches IConsoleSource.Switches => Switches;

    public List<DatabaseRow> Databases { get; } = [];

    public List<PoolRow> Pools { get; } = [];

    public List<ConnectionRow> Clients { get; } = [];

    public List<ConnectionRow> Servers { get; } = [];

    public List<MemoryRow> Memory { get; } = [];

    public List<DescriptorRow> Descriptors { get; } = [];

    public List<StatsRow> Stats { get; } = [];

    public List<UserRow> Users { get; } = [];

    public List<PreparedStatementRow> PreparedStatements { get; } = [];

    public List<HostRow> Hosts { get; } = [];

    IReadOnlyList<HostRow> IConsoleSource.Hosts => Hosts;

    public List<ZoneRow> Zones { get; } = [];

    IReadOnlyList<ZoneRow> IConsoleSource.Zones => Zones;

    public List<PeerPoolCounts> PeerPools { get; } = [];

    public ListCounts Lists { get; set; } = new();

    public bool ReloadSucceeds { get; set; } = true;

    public int Reloads { get; private set; }

    public List<ShutdownMode> Shutdowns { get; } = [];

    /// <summary>Whether anything that changes the process was asked for.</summary>
    public bool WasChanged => Reloads > 0 || Changes.Count > 0 || Shutdowns.Count > 0 || Invitations > 0 || Switches.Calls.Count > 0;

    public ValueTask<IReadOnlyList<DatabaseRow>> GetDatabasesAsync() => new(Databases);

    public ValueTask<IReadOnlyList<PoolRow>> GetPoolsAsync() => new(Pools);

    public ValueTask<IReadOnlyList<ConnectionRow>> GetClientsAsync() => new(Clients);

    public ValueTask<IReadOnlyList<ConnectionRow>> GetServersAsync() => new(Servers);

    public ValueTask<IReadOnlyList<ConnectionRow>> GetSocketsAsync() => new([.. Clients, .. Servers]);

    public ValueTask<IReadOnlyList<MemoryRow>> GetMemoryAsync() => new(Memory);

    public ValueTask<IReadOnlyList<DescriptorRow>> GetDescriptorsAsync() => new(Descriptors);

    public ValueTask<IReadOnlyList<StatsRow>> GetStatsAsync() => new(Stats);

    public ValueTask<IReadOnlyList<UserRow>> GetUsersAsync() => new(Users);

    public ValueTask<IReadOnlyList<PreparedStatementRow>> GetPreparedStatementsAsync() => new(PreparedStatements);

    public ValueTask<IReadOnlyList<PeerPoolCounts>> GetPeerPoolsAsync() => new(PeerPools);

    public ValueTask<ListCounts> GetListCountsAsync() => new(Lists);

    /// <summary>Changes the configuration as the real one does.</summary>
    public ValueTask<SettingChange> ChangeAsync(string name, string text)
    {
        var store = new ConfigStore(Config);
        var change = store.Change(name, text, out _);
        if (store.Current != Config)
        {
            Changes.Add(name);
        }

        Config = store.Current;
        return new(change);
    }

    /// <summary>Settings that SET has changed.</summary>
    public List<string> Changes { get; } = [];

    public ValueTask<bool> ReloadAsync()
    {
        Reloads++;
        return new(ReloadSucceeds);
    }

    /// <summary>Why no new process may come; null lets it.</summary>
    public string? HandoverRefusal { get; set; }

    public int Invitations { get; private set; }

    public string? InviteSuccessor()
    {
        Invitations++;
        return HandoverRefusal;
    }

    public void Shutdown(ShutdownMode mode) => Shutdowns.Add(mode);
}
