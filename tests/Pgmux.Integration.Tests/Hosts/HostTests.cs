using Pgmux.Testing.Dns;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Hosts;

/// <summary>Two clusters on one port of two addresses. They belong to this fixture alone.</summary>
[OnPostgres]
internal sealed class HostTests(int postgres)
{
    private const string Name = "db.example";
    private const string First = "127.0.0.1";
    private const string Second = "127.0.0.2";
    private const string WhichServer = "SELECT host(inet_server_addr())";

    private PostgresCluster _first = null!;
    private PostgresCluster _second = null!;
    private PgmuxProcess? _pgmux;

    [OneTimeSetUp]
    public async Task StartClustersAsync()
    {
        _first = await PostgresCluster.StartAsync(postgres);
        _second = await PostgresCluster.StartAsync(new PostgresClusterOptions(postgres) { Address = Second, Port = _first.Port });
    }

    [OneTimeTearDown]
    public async Task StopClustersAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [TearDown]
    public async Task StopPgmuxAsync()
    {
        if (_pgmux is not null)
        {
            if (TestContext.CurrentContext.Result.FailCount > 0)
            {
                await TestContext.Out.WriteLineAsync(_pgmux.Log.ToString());
            }

            await _pgmux.DisposeAsync();
            _pgmux = null;
        }
    }

    [TestCase("round-robin")]
    [TestCase("disable")]
    [Property("Row", "S20")]
    public async Task When_one_of_two_hosts_goes_down_service_goes_on_through_the_other(string balance)
    {
        await StartPgmuxAsync($"host={First},{Second} load_balance_hosts={balance}", ("server_login_retry", "1"));
        await using (var before = await LoginAsync())
        {
            Assert.That(await before.ScalarAsync(WhichServer), Is.EqualTo(First), "the first is tried first");
        }

        await _first.StopAsync(immediately: true);
        try
        {
            for (var i = 0; i < 20; i++)
            {
                await using var client = await LoginAsync();
                Assert.That(await client.ScalarAsync(WhichServer), Is.EqualTo(Second));
            }
        }
        finally
        {
            await _first.StartAsync();
        }
    }

    [Test, Property("Row", "S19")]
    public async Task Servers_follow_a_name_that_moves_and_those_of_the_old_address_end()
    {
        using var folder = new TemporaryFolder();
        await using var dns = new FakeDnsServer();
        dns.Add(Name, FakeDnsType.Four, First, 1);
        folder.Write("resolv.conf", dns.Line);
        await StartPgmuxAsync($"host={Name}", ("resolv_conf", folder.File("resolv.conf")), ("dns_max_ttl", "1"));
        await using var inside = await LoginAsync();
        await using var outside = await LoginAsync();
        await inside.QueryAsync("BEGIN");
        Assert.That(await inside.ScalarAsync(WhichServer), Is.EqualTo(First));
        Assert.That(await outside.ScalarAsync(WhichServer), Is.EqualTo(First));

        dns.Records[Name] = [new FakeDnsRecord(FakeDnsType.Four, Second, 1)];
        await _pgmux!.Log.WaitForAsync($"{Name} no longer has the addresses {First}");

        Assert.That(await outside.ScalarAsync(WhichServer), Is.EqualTo(Second));
        Assert.That(await inside.ScalarAsync(WhichServer), Is.EqualTo(First), "a transaction goes on");
        await inside.QueryAsync("COMMIT");
        await _first.WaitForBackendsAsync("usename = 'app'", 0);
        Assert.That(await inside.ScalarAsync(WhichServer), Is.EqualTo(Second));
        await _pgmux.Log.WaitForAsync("closing because: obsolete connection");
    }

    private async Task StartPgmuxAsync(string host, params (string Key, string Value)[] settings)
    {
        var forFirst = PgmuxSettings.For(_first, settings);
        _pgmux = await PgmuxProcess.StartAsync(forFirst with { Databases = new Dictionary<string, string> { ["*"] = $"{host} port={_first.Port}" } });
    }

    private Task<RawClient> LoginAsync() => RawClient.LoginAsync(_pgmux!.TcpEndPoint, PostgresRole.App.Name, PostgresCluster.Database);
}
