using Npgsql;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests;

/// <summary>
/// Tests against one version of PostgreSQL. A test starts the program with the settings it needs; the next test that needs the same
/// goes on with the same process, so whatever one did to it shows in the other. A failed test shows the log and gets no successor.
/// </summary>
internal abstract class PgmuxFixture(int postgres)
{
    private PostgresCluster? _cluster;
    private PgmuxProcess? _pgmux;
    private string? _settings;

    protected PostgresCluster Cluster => _cluster ?? throw new InvalidOperationException("the cluster starts before the first test");

    protected PgmuxProcess Pgmux => _pgmux ?? throw new InvalidOperationException("the test has not started pgmux");

    [OneTimeSetUp]
    public async Task StartClusterAsync() => _cluster = await PostgresClusters.GetAsync(postgres);

    [OneTimeTearDown]
    public Task EndAsync() => StopAsync();

    [TearDown]
    public async Task EndAfterFailureAsync()
    {
        if (_pgmux is not null && TestContext.CurrentContext.Result.FailCount > 0)
        {
            await TestContext.Out.WriteLineAsync(_pgmux.Log.ToString());
            await StopAsync();
        }
    }

    protected Task StartAsync(params (string Key, string Value)[] settings) => StartAsync(PgmuxSettings.For(Cluster, settings));

    protected async Task StartAsync(PgmuxSettings settings)
    {
        var text = string.Concat(settings.Files("", 0).Select(file => file.Content));
        if (_pgmux is null || _pgmux.HasExited || _settings != text)
        {
            await StartFreshAsync(settings);
            _settings = text;
        }
    }

    /// <summary>For tests that count from the start of the process, change its configuration, or start it under a limit.</summary>
    protected async Task StartFreshAsync(PgmuxSettings settings, PgmuxLaunch? launch = null)
    {
        await StopAsync();
        _pgmux = await PgmuxProcess.StartAsync(settings, launch);
    }

    /// <summary>A raw client that has logged in, trusted.</summary>
    protected Task<RawClient> LoginAsync(PostgresRole? role = null, params (string Key, string Value)[] parameters) =>
        RawClient.LoginAsync(Pgmux.TcpEndPoint, (role ?? PostgresRole.App).Name, PostgresCluster.Database, parameters: parameters);

    /// <summary>Logs in and asks something; returns the error, null when there was none.</summary>
    protected async Task<PostgresException?> LogInAsync(PostgresRole role, string database = PostgresCluster.Database)
    {
        try
        {
            await using var connection = await PgmuxProcess.ConnectWithoutTypesAsync(Pgmux.ConnectionString(role, database));
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync();
            return null;
        }
        catch (PostgresException e)
        {
            return e;
        }
    }

    protected Task<ConsoleClient> ConsoleAsync() => ConsoleClient.ConnectAsync(Pgmux);

    private async Task StopAsync()
    {
        _settings = null;
        if (_pgmux is not null)
        {
            await _pgmux.DisposeAsync();
            _pgmux = null;
        }
    }
}
