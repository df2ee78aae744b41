using System.Net;
using Pgmux.Testing.Chaos;
using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Faults;

/// <summary>
/// Tests with a bad network on both sides: one proxy between pgmux and PostgreSQL, one between clients and pgmux. A canary, whose
/// database pgmux reaches past the proxy, sings through every test and must never notice.
/// </summary>
internal abstract class NetworkFixture(int postgres)
{
    private PgmuxProcess? _pgmux;
    private ChaosProxy? _serverSide;
    private ChaosProxy? _clientSide;
    private Canary? _canary;

    protected PostgresCluster Cluster { get; private set; } = null!;

    protected PgmuxProcess Pgmux => _pgmux ?? throw new InvalidOperationException("the test has not started pgmux");

    /// <summary>Between pgmux and PostgreSQL.</summary>
    protected ChaosProxy ServerSide => _serverSide ?? throw new InvalidOperationException("the test has not started pgmux");

    /// <summary>Between clients and pgmux, for clients that want it.</summary>
    protected ChaosProxy ClientSide => _clientSide ?? throw new InvalidOperationException("the test has not started pgmux");

    [OneTimeSetUp]
    public async Task StartClusterAsync() => Cluster = await PostgresClusters.GetAsync(postgres);

    [TearDown]
    public async Task EndAsync()
    {
        if (_pgmux is not null && TestContext.CurrentContext.Result.FailCount > 0)
        {
            await TestContext.Out.WriteLineAsync(_pgmux.Log.ToString());
        }

        try
        {
            // Fails the test when the canary has noticed anything.
            await (_canary?.StopAsync() ?? Task.CompletedTask);
        }
        finally
        {
            await DisposeAllAsync();
        }
    }

    protected async Task StartAsync(params (string Key, string Value)[] settings)
    {
        _serverSide = ChaosProxy.Start(new IPEndPoint(IPAddress.Loopback, Cluster.Port), seed: 1);
        var direct = PgmuxSettings.For(Cluster, settings);
        _pgmux = await PgmuxProcess.StartAsync(direct with
        {
            Databases = new Dictionary<string, string>
            {
                ["app"] = $"host=127.0.0.1 port={_serverSide.Port}",
                ["calm"] = $"host=127.0.0.1 port={Cluster.Port} dbname=app",
            },
        });
        _clientSide = ChaosProxy.Start(_pgmux.TcpEndPoint, seed: 2);
        _canary = await Canary.StartAsync(_pgmux, PostgresRole.Superuser.Name, "calm");
    }

    protected Task<RawClient> LoginAsync() => RawClient.LoginAsync(Pgmux.TcpEndPoint, "app", "app");

    private async Task DisposeAllAsync()
    {
        _canary = null;
        if (_pgmux is not null)
        {
            await _pgmux.DisposeAsync();
        }

        if (_clientSide is not null)
        {
            await _clientSide.DisposeAsync();
        }

        if (_serverSide is not null)
        {
            await _serverSide.DisposeAsync();
        }

        (_pgmux, _clientSide, _serverSide) = (null, null, null);
    }

    /// <summary>A client behind the proxy on the clients' side, and its connection there.</summary>
    protected async Task<(RawClient Client, ProxyLink Link)> LoginThroughProxyAsync()
    {
        var client = await RawClient.LoginAsync(ClientSide.EndPoint, "app", "app");
        return (client, ClientSide.Links[^1]);
    }

    /// <summary>Lets a client have a server, and tells which connection that is.</summary>
    protected async Task<ProxyLink> LinkOfAsync(RawClient client)
    {
        await client.ScalarAsync("SELECT 1");
        return ServerSide.Links.Single();
    }

    /// <summary>Fails unless clients are served, each with its own answer.</summary>
    protected async Task ExpectServiceAsync()
    {
        await using var client = await LoginAsync();
        for (var n = 0; n < 5; n++)
        {
            Assert.That(await client.ScalarAsync($"SELECT 'served {n}'"), Is.EqualTo($"served {n}"));
        }
    }

    /// <summary>What a client has been told last, up to the end of its connection. A message of which only a part came is "cut".</summary>
    protected static async Task<IReadOnlyList<string>> ReadToEndAsync(RawClient client)
    {
        var seen = new List<string>();
        try
        {
            while (await client.ReadAsync() is { } message)
            {
                seen.Add(message.ToString());
            }
        }
        catch (InvalidOperationException)
        {
            seen.Add("cut");
        }

        return seen;
    }
}
