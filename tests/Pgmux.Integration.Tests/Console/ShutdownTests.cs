using System.Diagnostics;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Console;

/// <summary>Ways to end and to reload: signals and SHUTDOWN.</summary>
[TestFixture(PostgresVersions.Newest)]
internal sealed class ShutdownTests(int postgres) : PgmuxFixture(postgres)
{
    [SetUp]
    public Task StartTransactionPoolingAsync() => StartFreshAsync(PgmuxSettings.For(Cluster));

    [Test, Property("Row", "Z01")]
    [Property("Text", "T08"), Property("Text", "T15")]
    public async Task SIGTERM_waits_for_the_clients()
    {
        await using var client = await LoginAsync();
        await client.ScalarAsync("SELECT 1");

        Pgmux.Signal(UnixSignal.Terminate);
        await Eventually.HoldsAsync(IsTcpClosedAsync, "new connections are refused");
        var still = await client.ScalarAsync("SELECT 'still served'");
        await client.DisposeAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(still, Is.EqualTo("still served"));
            Assert.That(await Pgmux.WaitForExitAsync(), Is.Zero);
            Assert.That(File.Exists(Pgmux.UnixEndPoint.ToString()!), Is.False);
        }
    }

    [Test, Property("Row", "Z01"), Property("Row", "Z02")]
    [Property("Text", "T09"), Property("Text", "T15")]
    public async Task SIGINT_lets_running_transactions_end_and_tells_the_clients()
    {
        await using var idle = await LoginAsync();
        await idle.ScalarAsync("SELECT 1");
        await using var busy = await LoginAsync();
        await busy.QueryAsync("BEGIN");

        Pgmux.Signal(UnixSignal.Interrupt);
        await Eventually.HoldsAsync(IsTcpClosedAsync, "new connections are refused");
        var inside = await busy.ScalarAsync("SELECT 'inside'");
        var committed = await busy.QueryAsync("COMMIT");
        var last = await idle.ReadToEndAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(inside, Is.EqualTo("inside"));
            Assert.That(string.Join(' ', committed), Is.EqualTo("C(COMMIT) Z(I)"));
            Assert.That(last.Select(message => (message.Severity, message.SqlState)), Is.EqualTo(new[] { ("FATAL", "57P01") }));
            Assert.That(await Pgmux.WaitForExitAsync(), Is.Zero);
        }
    }

    [TestCase(UnixSignal.Terminate)]
    [TestCase(UnixSignal.Interrupt)]
    [Property("Row", "Z01")]
    [Property("Text", "T10")]
    public async Task A_second_signal_ends_at_once(UnixSignal signal)
    {
        await using var client = await LoginAsync();
        await client.QueryAsync("BEGIN");

        Pgmux.Signal(signal);
        await Eventually.HoldsAsync(IsTcpClosedAsync, "new connections are refused");
        Pgmux.Signal(signal);

        Assert.That(await Pgmux.WaitForExitAsync(), Is.Zero);
        await Cluster.WaitForBackendsAsync("usename = 'app'", 0);
    }

    [Test, Property("Row", "Z01")]
    [Property("Text", "T11")]
    public async Task SIGQUIT_ends_at_once()
    {
        await using var client = await LoginAsync();
        await client.QueryAsync("BEGIN");

        Pgmux.Signal(UnixSignal.Quit);

        Assert.That(await Pgmux.WaitForExitAsync(), Is.Zero);
        await Cluster.WaitForBackendsAsync("usename = 'app'", 0);
    }

    [TestCase(UnixSignal.Terminate)]
    [TestCase(UnixSignal.Interrupt)]
    [TestCase(UnixSignal.Quit)]
    [Property("Row", "Z01")]
    public async Task A_signal_counts_even_when_the_starter_ignored_it(UnixSignal signal)
    {
        // A shell starts what it puts in the background without job control so; PgBouncer sets its own handlers regardless.
        await using var pgmux = await PgmuxProcess.StartAsync(PgmuxSettings.For(Cluster), PgmuxLaunch.Ignoring("HUP INT QUIT TERM"));

        pgmux.Signal(UnixSignal.Hangup);
        await pgmux.WaitForLogAsync("(?i)reload|SIGHUP");
        pgmux.Signal(signal);

        Assert.That(await pgmux.WaitForExitAsync(), Is.Zero);
    }

    [Test]
    [Property("Text", "T12")]
    public async Task SIGHUP_reloads()
    {
        await using var console = await ConsoleAsync();
        Pgmux.Write(PgmuxSettings.For(Cluster, ("default_pool_size", "13")));
        var time = Stopwatch.StartNew();

        Pgmux.Signal(UnixSignal.Hangup);

        await Eventually.HoldsAsync(
            async () => (await console.ShowAsync("CONFIG")).Single(row => row["key"] == "default_pool_size")["value"] == "13", "the new file counts");
        Assert.That(time.Elapsed, Is.LessThan(TimeSpan.FromSeconds(1)));
        Assert.That(await console.ShowAsync("VERSION"), Is.Not.Empty);
    }

    [Test, Property("Text", "T13")]
    public async Task SIGUSR1_pauses_and_SIGUSR2_resumes()
    {
        await using var console = await ConsoleAsync();
        await using var client = await LoginAsync();
        await client.ScalarAsync("SELECT 1");

        Pgmux.Signal(UnixSignal.User1);
        await Eventually.HoldsAsync(() => IsPausedAsync(console), "it is paused");
        await client.SendAsync(RawMessages.Query("SELECT 'waits'"));
        await console.WaitForPoolAsync("app", "app", "cl_waiting", 1);
        Pgmux.Signal(UnixSignal.User2);

        Assert.That(string.Join(' ', await client.ReadToReadyAsync()), Is.EqualTo("T D C(SELECT 1) Z(I)"));
        Assert.That(await IsPausedAsync(console), Is.False);
    }

    [Test, Property("Text", "T14"), Property("Text", "T16"), Property("Text", "T66")]
    public async Task While_clients_are_waited_for_the_Unix_socket_leads_to_the_console_and_SIGUSR2_is_ignored()
    {
        await using var client = await LoginAsync();
        await client.ScalarAsync("SELECT 1");
        Pgmux.Signal(UnixSignal.Terminate);
        await Eventually.HoldsAsync(IsTcpClosedAsync, "new connections are refused");

        Pgmux.Signal(UnixSignal.User2);
        await Pgmux.WaitForLogAsync("got SIGUSR2 while shutting down, ignoring");
        await using var console = await RawClient.LoginAsync(Pgmux.UnixEndPoint, "admin", "pgbouncer");
        Assert.That(await console.ScalarAsync("SHOW VERSION"), Is.Not.Empty);
        Assert.That(await client.ScalarAsync("SELECT 'still served'"), Is.EqualTo("still served"));

        await client.DisposeAsync();
        Assert.That((await console.ReadToEndAsync()).Select(message => message.Message), Is.EqualTo(new[] { "server shutting down" }));
        Assert.That(await Pgmux.WaitForExitAsync(), Is.Zero);
    }

    [Test, Property("Row", "Z12")]
    public async Task A_storm_of_SIGHUP_disturbs_nobody()
    {
        await using var client = await LoginAsync();
        for (var n = 0; n < 200; n++)
        {
            Pgmux.Signal(UnixSignal.Hangup);
            if (n % 10 == 0)
            {
                Assert.That(await client.ScalarAsync($"SELECT {n}"), Is.EqualTo($"{n}"));
            }
        }
    }

    [TestCase("SHUTDOWN")]
    [TestCase("SHUTDOWN WAIT_FOR_CLIENTS")]
    [TestCase("SHUTDOWN WAIT_FOR_SERVERS")]
    public async Task SHUTDOWN_ends_the_process(string command)
    {
        await using (var console = await RawClient.LoginAsync(Pgmux.TcpEndPoint, "admin", "pgbouncer"))
        {
            await console.SendAsync(RawMessages.Query(command));
            await console.ReadAsync();
        }

        Assert.That(await Pgmux.WaitForExitAsync(), Is.Zero);
    }

    [Test, Property("Row", "Z04")]
    public async Task A_killed_process_leaves_no_transaction_open_and_its_place_can_be_taken_at_once()
    {
        await using var client = await LoginAsync();
        await client.QueryAsync("BEGIN");
        var backend = await client.ScalarAsync("SELECT pg_backend_pid()");

        Pgmux.Signal(UnixSignal.Kill);
        await Pgmux.WaitForExitAsync();
        await Cluster.WaitForBackendsAsync($"pid = {backend}", 0);
        await Pgmux.StartAgainAsync();

        await using var again = await LoginAsync();
        await using var unix = await RawClient.LoginAsync(Pgmux.UnixEndPoint, "app", "app");
        Assert.That($"{await again.ScalarAsync("SELECT 1")} {await unix.ScalarAsync("SELECT 2")}", Is.EqualTo("1 2"));
    }

    [Test, Property("Row", "Z10")]
    public async Task A_taken_port_stops_the_start_with_a_clear_line()
    {
        var result = await Pgmux.RunSecondAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.ExitCode, Is.Not.Zero);
            Assert.That(result.Error + result.Output, Does.Contain($"{Pgmux.Port}"));
        }
    }

    private static async Task<bool> IsPausedAsync(ConsoleClient console) =>
        (await console.ShowAsync("STATE")).Single(row => row["key"] == "paused")["value"] == "yes";

    private async Task<bool> IsTcpClosedAsync() => !await PgmuxProcess.AcceptsAsync(Pgmux.TcpEndPoint);
}
