using System.Text;
using Pgmux.Core.Admin;
using Pgmux.Core.Cancellation.Peers;
using Pgmux.Core.Clients;
using Pgmux.Core.Configuration;
using Pgmux.Core.Diagnostics;
using Pgmux.Core.Parameters;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Core.Servers.Hosts;
using Pgmux.Core.Servers.Replication;
using Pgmux.Core.Statements;
using Pgmux.Transport;

namespace Pgmux.Core.Hosting;

/// <summary>Answers the console from the state of the multiplexer. What lives on a loop is asked for there.</summary>
internal sealed class ConsoleSource(Multiplexer multiplexer, StatisticsHistory statistics) : IConsoleSource
{
    /// <inheritdoc/>
    public ConfigSnapshot Config => multiplexer.Configuration.Current;

    /// <inheritdoc/>
    public PoolerState State => multiplexer.Suspension.IsBegun ? PoolerState.Suspended
        : multiplexer.Pools.IsPaused ? PoolerState.Paused
        : PoolerState.Active;

    /// <inheritdoc/>
    public IPoolerSwitches Switches => multiplexer.Switches;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<DatabaseRow>> GetDatabasesAsync()
    {
        var clients = await AskClientsAsync(client => client.Database);
        var perDatabase = clients.CountBy(name => name).ToDictionary(StringComparer.Ordinal);
        var ledger = multiplexer.Pools.Environment.Ledger;
        var automatic = multiplexer.Pools.All
            .Select(pool => pool.Policy.Database)
            .Where(database => !Config.Databases.ContainsKey(database.Name))
            .DistinctBy(database => database.Name);
        return
        [
            .. Config.Databases.Values.Concat(automatic).OrderBy(database => database.Name, StringComparer.Ordinal).Select(
                database => new DatabaseRow(
                    database,
                    ledger.OfDatabase(database.Name),
                    perDatabase.GetValueOrDefault(database.Name),
                    multiplexer.Pools.IsDatabasePaused(database.Name),
                    multiplexer.Pools.IsDisabled(database.Name))),
            new DatabaseRow(
                new DatabaseOptions { Name = ConfigSnapshot.ConsoleDatabase, DatabaseName = ConfigSnapshot.ConsoleDatabase, User = ConfigSnapshot.ConsoleDatabase, PoolMode = PoolMode.Statement, PoolSize = ConsolePoolSize, Port = Config.Options.ListenPort },
                0,
                perDatabase.Where(entry => ConfigSnapshot.IsConsole(entry.Key)).Sum(entry => entry.Value)),
        ];
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<PoolRow>> GetPoolsAsync()
    {
        var clients = await AskClientsAsync(client => (client.Pool, client.State));
        var perPool = clients.Where(client => client.Pool is not null).ToLookup(client => client.Pool, client => client.State);
        var atConsole = clients.Count(client => client.State == ClientState.Console);
        return
        [
            .. multiplexer.Pools.All.OrderBy(pool => pool.Key.Database, StringComparer.Ordinal).ThenBy(pool => pool.Key.User, StringComparer.Ordinal)
                .Select(pool => ToRow(pool, perPool[pool])),
            new PoolRow { Database = ConfigSnapshot.ConsoleDatabase, User = ConfigSnapshot.ConsoleDatabase, ClientsActive = atConsole, PoolMode = PoolMode.Statement },
        ];
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ConnectionRow>> GetClientsAsync() => await AskClientsAsync(
        client => client.State is ClientState.LoggingIn or ClientState.Encrypting && client.User.Length == 0 ? null : ToRow(client));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ConnectionRow>> GetServersAsync() => ValueTask.FromResult<IReadOnlyList<ConnectionRow>>(
    [
        .. multiplexer.Pools.All.SelectMany(pool => pool.Servers.Select(server => ToRow(pool, server))),
    ]);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ConnectionRow>> GetSocketsAsync() =>
    [
        .. await AskClientsAsync(ToSocketRow),
        .. await GetServersAsync(),
    ];

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<MemoryRow>> GetMemoryAsync() => new MemoryRows(multiplexer).Of(
        await AskLoopsAsync(loop => loop.BufferUse), databases: Config.Databases.Count + 1, users: Names().Count);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<DescriptorRow>> GetDescriptorsAsync()
    {
        var rows = new DescriptorRows(multiplexer);
        return [.. rows.OfListeners(), .. await AskClientsAsync(rows.Of), .. rows.OfServers()];
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StatsRow>> GetStatsAsync() => ValueTask.FromResult(statistics.Rows());

    /// <inheritdoc/>
    public async ValueTask<ListCounts> GetListCountsAsync()
    {
        var clients = await AskClientsAsync(client => client.State is ClientState.LoggingIn or ClientState.Encrypting ? "login" : "used");
        return new ListCounts
        {
            Databases = Config.Databases.Count + 1,
            Users = Names().Count,
            Peers = Config.Peers.Count,
            PeerPools = PeerPools().Count,
            Pools = multiplexer.Pools.All.Count + 1,
            UsedClients = clients.Count(state => state == "used"),
            LoginClients = clients.Count(state => state == "login"),
            UsedServers = multiplexer.Pools.All.Sum(pool => pool.Servers.Count),
            HostNames = Resolver.HostCount,
            Zones = Resolver.ZoneRows().Count,
            HostQueries = Resolver.ActiveQueries,
            WaitingHostQueries = Resolver.WaitingQueries,
        };
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<UserRow>> GetUsersAsync()
    {
        var clients = await AskClientsAsync(client => client.User);
        var perUser = clients.CountBy(name => name).ToDictionary(StringComparer.Ordinal);
        var ledger = multiplexer.Pools.Environment.Ledger;
        return [.. Names().Select(name => new UserRow(name, ledger.OfUser(name), perUser.GetValueOrDefault(name)))];
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<PeerPoolCounts>> GetPeerPoolsAsync() => ValueTask.FromResult(PeerPools());

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<PreparedStatementRow>> GetPreparedStatementsAsync() => ValueTask.FromResult<IReadOnlyList<PreparedStatementRow>>(
    [
        .. multiplexer.Clients.Statements.Registry.Snapshot().Select(ToRow),
    ]);

    /// <inheritdoc/>
    public IReadOnlyList<HostRow> Hosts => Resolver.Hosts();

    /// <inheritdoc/>
    public IReadOnlyList<ZoneRow> Zones => Resolver.ZoneRows();

    /// <inheritdoc/>
    public async ValueTask<SettingChange> ChangeAsync(string name, string text) =>
        await multiplexer.Loops[0].OffloadAsync(() => multiplexer.Change(name, text));

    /// <inheritdoc/>
    public ValueTask<bool> ReloadAsync() => ValueTask.FromResult(multiplexer.Reload());

    /// <inheritdoc/>
    public string? InviteSuccessor() => multiplexer.Desk.Invite();

    /// <inheritdoc/>
    public void Shutdown(ShutdownMode mode) => multiplexer.BeginShutdown(mode);

    private HostResolver Resolver => multiplexer.Pools.Environment.Servers.Hosts;

    // PgBouncer shows the console as a database with a pool of this size.
    private const int ConsolePoolSize = 2;

    private IReadOnlyList<PeerPoolCounts> PeerPools() =>
        multiplexer.Clients.Siblings.Counts is { } siblings ? [siblings, .. multiplexer.Clients.Peers.Counts] : multiplexer.Clients.Peers.Counts;

    private SortedSet<string> Names() => new(
        Config.UserList.Names.Concat(Config.Users.Keys).Concat(multiplexer.Pools.All.Select(pool => pool.Key.User)), StringComparer.Ordinal);

    private async Task<List<T>> AskLoopsAsync<T>(Func<EventLoop, IEnumerable<T>> ask)
    {
        var answers = new List<T>();
        foreach (var loop in multiplexer.Loops)
        {
            answers.AddRange(await LoopQuestion<List<T>>.AskAsync(loop, () => [.. ask(loop)]));
        }

        return answers;
    }

    // Each loop answers for its own clients, in turns of their own.
    private async Task<List<T>> AskClientsAsync<T>(Func<ClientConnection, T?> ask)
        where T : notnull
    {
        var answers = new List<T>();
        foreach (var registry in multiplexer.Clients.Registries)
        {
            answers.AddRange(await LoopQuestion<List<T>>.AskAsync(
                registry.Loop, () => [.. registry.Clients.Select(ask).OfType<T>()]));
        }

        return answers;
    }

    private static PoolRow ToRow(Pool pool, IEnumerable<ClientState> clients)
    {
        var states = clients.ToList();
        var counts = pool.Count();
        return new PoolRow
        {
            Database = pool.Key.Database,
            User = pool.Key.User,
            ClientsActive = states.Count(state => state is ClientState.Active or ClientState.Idle),
            ClientsWaiting = states.Count(state => state is ClientState.Waiting or ClientState.LoggingIn or ClientState.Encrypting),
            ServersActive = counts.Active,
            ServersBeingCanceled = counts.BeingCancelled,
            ServersIdle = counts.Idle,
            ServersTested = counts.Tested,
            ServersLogin = counts.Connecting,
            MaximumWait = counts.LongestWait,
            PoolMode = pool.Policy.Mode,
            LoadBalanceHosts = pool.Policy.Database.Hosts.Count > 1 ? pool.Policy.Database.LoadBalanceHosts : null,
        };
    }

    private ConnectionRow ToRow(ClientConnection client)
    {
        var (address, port) = EndPointText.Split(client.RemoteEndPoint);
        var (local, localPort) = EndPointText.Split(client.Transport.LocalEndPoint);
        return new ConnectionRow
        {
            IsServer = false,
            User = client.User,
            Database = client.Database,
            Replication = client.Replication,
            State = client.State switch
            {
                ClientState.Waiting or ClientState.LoggingIn or ClientState.Encrypting => "waiting",
                _ => client.Server is null ? "idle" : "active",
            },
            Tls = client.Transport.Tls?.ToString() ?? "",
            Address = address,
            Port = port,
            LocalAddress = local,
            LocalPort = localPort,
            ConnectTime = TimeOf(client.Loop, client.AcceptedAt),
            RequestTime = client.RequestSince == 0 ? null : TimeOf(client.Loop, client.RequestSince),
            Wait = client.WaitingSince is { } since ? client.Loop.TimeProvider.GetElapsedTime(since) : TimeSpan.Zero,
            Link = client.Server?.Id ?? 0,
            RemoteProcessId = client.Transport.PeerCredentials?.ProcessId ?? 0,
            ApplicationName = ApplicationNameOf(client.Parameters),
            PreparedStatements = client.PreparedStatementCount,
            UnreadBytes = client.Transport.UnreadBytes,
            MessageBytesToCome = client.Requests.MessageBytesToCome,
            UnsentBytes = client.Transport.UnsentBytes,
            Id = client.Id,
        };
    }

    // Here those that log in are shown too, as what they are.
    private ConnectionRow ToSocketRow(ClientConnection client)
    {
        var row = ToRow(client);
        return client.State is not (ClientState.LoggingIn or ClientState.Encrypting) ? row
            : client.User.Length == 0 ? row with { State = "login", User = null, Database = null }
            : row with { State = "login" };
    }

    private ConnectionRow ToRow(Pool pool, ServerConnection server)
    {
        var (address, port) = EndPointText.Split(server.Address);
        var (local, localPort) = server.Transport is { } transport ? EndPointText.Split(transport.LocalEndPoint) : ("", 0);
        var lessee = server.Lessee as ClientConnection;
        return new ConnectionRow
        {
            IsServer = true,
            User = pool.Key.User,
            Database = pool.Key.Database,
            Replication = server.Replication?.Kind ?? ReplicationKind.None,
            State = server.State switch
            {
                ServerState.Connecting => "new",
                ServerState.Leased when server.CancelsInFlight > 0 => "being_canceled",
                ServerState.Leased => "active",
                ServerState.Resetting or ServerState.Testing => "tested",
                _ => "idle",
            },
            Tls = server.Tls,
            Address = address,
            Port = port,
            LocalAddress = local,
            LocalPort = localPort,
            ConnectTime = TimeOf(server.Loop, server.OpenedAt),
            RequestTime = TimeOf(server.Loop, lessee?.RequestSince ?? server.LastUsedAt),
            CloseNeeded = server.RetireReason is not null,
            Link = lessee?.Id ?? 0,
            RemoteProcessId = server.ProcessId,
            ApplicationName = ApplicationNameOf(server.Parameters),
            PreparedStatements = server.PreparedStatementCount,
            UnreadBytes = server.Transport?.UnreadBytes ?? 0,
            MessageBytesToCome = server.MessageBytesToCome,
            UnsentBytes = server.Transport?.UnsentBytes ?? 0,
            Id = server.Id,
        };
    }

    private static PreparedStatementRow ToRow(Statement statement) => new(
        Encoding.ASCII.GetString(statement.ServerName), statement.ClientCount, statement.ServerCount, statement.Bytes, statement.Hits, statement.Text);

    private string ApplicationNameOf(ParameterSet parameters) => parameters[multiplexer.Clients.Tracked.ApplicationName] ?? "";

    private static DateTimeOffset TimeOf(EventLoop loop, long ticks) =>
        loop.TimeProvider.GetUtcNow() - loop.TimeProvider.GetElapsedTime(ticks);
}
