using System.Net;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Launch;

/// <summary>Several processes on one port, one after the other or side by side.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class RollingRestartTests(int postgres)
{
    private readonly List<(ManagedProcess Process, TemporaryFolder Folder)> _started = [];
    private PostgresCluster _cluster = null!;
    private int _port;

    private EndPoint EndPoint => new IPEndPoint(IPAddress.Loopback, _port);

    [OneTimeSetUp]
    public async Task StartClusterAsync() => _cluster = await PostgresClusters.GetAsync(postgres);

    [SetUp]
    public void TakePort() => _port = FreePort.Take();

    [TearDown]
    public async Task StopAllAsync()
    {
        foreach (var (process, folder) in _started)
        {
            if (TestContext.CurrentContext.Result.FailCount > 0)
            {
                await TestContext.Out.WriteLineAsync($"{process.Output}\n");
            }

            await process.DisposeAsync();
            folder.Dispose();
        }

        _started.Clear();
    }

    [Test, Property("Row", "Z05")]
    public async Task Processes_that_take_each_others_place_refuse_no_login_and_end_what_they_have_begun()
    {
        const int Restarts = 3;
        const int Workers = 8;
        using var end = new CancellationTokenSource();
        var serving = await StartAsync();
        var logins = Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => LogInUntilAsync(worker, end.Token)));

        for (var n = 0; n < Restarts; n++)
        {
            // Only one process listens: the transaction is its own.
            await using var open = await LoginAsync();
            await open.QueryAsync("BEGIN");
            var next = await StartAsync();
            serving.Signal(UnixSignal.Terminate);
            await serving.Output.WaitForAsync("shutting down");
            Assert.That(await open.ScalarAsync("SELECT 'not cut'"), Is.EqualTo("not cut"));
            Assert.That(string.Join(' ', await open.QueryAsync("COMMIT")), Is.EqualTo("C(COMMIT) Z(I)"));
            await open.DisposeAsync();

            Assert.That(await serving.WaitForExitAsync(), Is.Zero);
            serving = next;
        }

        await end.CancelAsync();
        Assert.That((await logins).Sum(), Is.GreaterThan(Restarts * Workers));
    }

    [Test, Property("Row", "B221")]
    public async Task A_successor_with_a_broken_file_takes_nothing_over()
    {
        var serving = await StartAsync();
        await using var client = await LoginAsync();
        await client.QueryAsync("BEGIN");
        var mark = serving.Output.Count;

        var broken = Start(("default_pool_size", "many"), ("no_such_setting", "1"));
        var status = await broken.WaitForExitAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Is.EqualTo(1));
            Assert.That(broken.Output.Lines, Has.Some.Contains("default_pool_size = many").And.Some.Contains("no_such_setting"));
            Assert.That(broken.Output.Lines, Has.None.Contains("listening on"));
            Assert.That(string.Join(' ', await client.QueryAsync("COMMIT")), Is.EqualTo("C(COMMIT) Z(I)"));
            Assert.That(serving.Output.Lines.Skip(mark), Is.Empty);
        }

        await using var later = await LoginAsync();
        Assert.That(await later.ScalarAsync("SELECT 'served'"), Is.EqualTo("served"));
    }

    /// <summary>How many logins there were until the end; none may fail.</summary>
    private async Task<int> LogInUntilAsync(int worker, CancellationToken end)
    {
        var count = 0;
        for (; !end.IsCancellationRequested; count++)
        {
            await using var client = await LoginAsync();
            Assert.That(await client.ScalarAsync($"SELECT '{worker} {count}'"), Is.EqualTo($"{worker} {count}"));
            await client.SendAsync(RawMessages.Terminate());
            await client.ReadToEndAsync();
        }

        return count;
    }

    /// <summary>
    /// A login at whichever process the kernel chooses. Who has connected is let in by a process that is on its way out. What is left is the
    /// kernel's: a handshake of TCP that ends after the listener has closed is reset, and the client comes again, to the successor.
    /// </summary>
    private async Task<RawClient> LoginAsync()
    {
        while (true)
        {
            var client = await RawClient.ConnectAsync(EndPoint);
            await client.TrySendAsync(RawMessages.Startup(("user", "app"), ("database", PostgresCluster.Database)));
            switch (await client.ReadAsync())
            {
                case { Type: 'R' }:
                    await client.FinishLoginAsync();
                    return client;
                case null:
                    Assert.That(client.WasReset, "only a listener that has closed ends a connection without a word");
                    break;
                case var other:
                    Assert.Fail($"{other} in answer to a login");
                    break;
            }

            await client.DisposeAsync();
        }
    }

    /// <summary>Another process on the port, when it serves.</summary>
    private async Task<ManagedProcess> StartAsync()
    {
        var process = Start();
        await process.Output.WaitForAsync("process up");
        return process;
    }

    private ManagedProcess Start(params (string Key, string Value)[] more)
    {
        var folder = new TemporaryFolder();
        var settings = PgmuxSettings.For(_cluster, [("so_reuseport", "1"), ("log_connections", "0"), ("log_disconnections", "0"), .. more]);
        var file = folder.Write("pgmux.ini", settings.Ini(folder.Path, _port));
        folder.Write("userlist.txt", settings.UserList());
        var program = ProgramUnderTest.Find();
        var process = ManagedProcess.Start(folder, "pgmux", program.Program, [.. program.Arguments, file]);
        _started.Add((process, folder));
        return process;
    }
}
