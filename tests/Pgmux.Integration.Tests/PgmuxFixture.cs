using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests;

/// <summary>
/// Tests against one version of PostgreSQL. A test starts the program with the settings it needs; it is stopped after the test, and
/// its log is shown when the test failed.
/// </summary>
internal abstract class PgmuxFixture(int postgres)
{
    private PostgresCluster? _cluster;
    private PgmuxProcess? _pgmux;

    protected PostgresCluster Cluster => _cluster ?? throw new InvalidOperationException("the cluster starts before the first test");

    protected PgmuxProcess Pgmux => _pgmux ?? throw new InvalidOperationException("the test has not started pgmux");

    [OneTimeSetUp]
    public async Task StartClusterAsync() => _cluster = await PostgresClusters.GetAsync(postgres);

    [TearDown]
    public async Task StopPgmuxAsync()
    {
        if (_pgmux is null)
        {
            return;
        }

        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            await TestContext.Out.WriteLineAsync(_pgmux.Log.ToString());
        }

        await _pgmux.DisposeAsync();
        _pgmux = null;
    }

    protected Task StartAsync(params (string Key, string Value)[] settings) => StartAsync(PgmuxSettings.For(Cluster, settings));

    protected async Task StartAsync(PgmuxSettings settings)
    {
        if (_pgmux is not null)
        {
            await _pgmux.DisposeAsync();
        }

        _pgmux = await PgmuxProcess.StartAsync(settings);
    }

    /// <summary>A raw client that has logged in, trusted.</summary>
    protected Task<RawClient> LoginAsync(PostgresRole? role = null, params (string Key, string Value)[] parameters) =>
        RawClient.LoginAsync(Pgmux.TcpEndPoint, (role ?? PostgresRole.App).Name, PostgresCluster.Database, parameters: parameters);

    protected Task<ConsoleClient> ConsoleAsync() => ConsoleClient.ConnectAsync(Pgmux);
}
