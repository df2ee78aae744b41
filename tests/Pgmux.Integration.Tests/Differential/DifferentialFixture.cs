using System.Globalization;
using System.Net;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Differential;

/// <summary>
/// Plays scripts in a database of their own, directly and through pgmux. Each run finds the same empty schema, and no server that an
/// earlier one has used.
/// </summary>
internal abstract class DifferentialFixture(int postgres) : PgmuxFixture(postgres)
{
    private const string Database = "differential";

    private RawClient? _owner;

    private EndPoint DirectEndPoint => new IPEndPoint(IPAddress.Loopback, Cluster.Port);

    [OneTimeSetUp]
    public async Task CreateDatabaseAsync()
    {
        if (await Cluster.QueryAsync<long>($"SELECT count(*) FROM pg_database WHERE datname = '{Database}'") == 0)
        {
            await Cluster.ExecuteAsync($"CREATE DATABASE {Database} OWNER {PostgresRole.App.Name}");
        }

        _owner = await LoginDirectlyAsync();
    }

    [OneTimeTearDown]
    public async Task CloseOwnerAsync()
    {
        if (_owner is not null)
        {
            await _owner.DisposeAsync();
        }
    }

    /// <summary>The trace that PostgreSQL itself gives.</summary>
    protected async Task<ScriptTrace> PlayDirectlyAsync(Script script)
    {
        await PrepareAsync(script);
        return await ScriptRun.PlayAsync(script, LoginDirectlyAsync);
    }

    /// <summary>The trace through pgmux in a pool mode.</summary>
    protected async Task<ScriptTrace> PlayThroughAsync(Script script, string mode, int cut = 0)
    {
        await StartForAsync(script);
        await PrepareAsync(script);
        if (mode == "wandering")
        {
            await using var wanderer = await Wanderer.StartAsync(() => LoginToAsync("transaction2"));
            return await ScriptRun.PlayAsync(script, () => LoginToAsync("transaction2"), cut, wanderer.MoveAsync);
        }

        return await ScriptRun.PlayAsync(script, () => LoginToAsync(mode == "session" ? mode : $"transaction{script.PoolSize}"), cut);
    }

    /// <summary>One process serves every script with these settings: its databases differ in mode and size of their pools.</summary>
    private Task StartForAsync(Script script)
    {
        var place = $"host=127.0.0.1 port={Cluster.Port} dbname={Database}";
        (string Key, string Value)[] settings =
        [
            ("max_prepared_statements", script.PreparedStatements.ToString(CultureInfo.InvariantCulture)),
            .. script.SharesUnnamed ? [("share_unnamed_statements", "1")] : Array.Empty<(string, string)>(),
        ];
        return StartAsync(PgmuxSettings.For(Cluster, settings) with
        {
            Databases = new Dictionary<string, string>
            {
                ["transaction1"] = $"{place} pool_mode=transaction pool_size=1",
                ["transaction2"] = $"{place} pool_mode=transaction pool_size=2",
                ["transaction4"] = $"{place} pool_mode=transaction pool_size=4",
                ["session"] = $"{place} pool_mode=session pool_size=20",
            },
        });
    }

    private async Task PrepareAsync(Script script)
    {
        var owner = _owner ?? throw new InvalidOperationException("the owner logs in before the first test");
        // Servers of the run before must not serve this one, nor hold locks; pgmux sees their end before the next client can ask.
        while (await owner.ScalarAsync(
            $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{Database}' AND pid <> pg_backend_pid()") != "0")
        {
        }

        string[] statements = ["SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public", .. script.Setup];
        foreach (var statement in statements)
        {
            var answer = await owner.QueryAsync(statement);
            Assert.That(answer.Select(message => message.Type), Has.None.EqualTo('E'), $"{statement}: {string.Join(' ', answer)}");
        }
    }

    private Task<RawClient> LoginToAsync(string database) => RawClient.LoginAsync(Pgmux.TcpEndPoint, PostgresRole.App.Name, database);

    private Task<RawClient> LoginDirectlyAsync() => RawClient.LoginAsync(DirectEndPoint, PostgresRole.App.Name, Database);
}
