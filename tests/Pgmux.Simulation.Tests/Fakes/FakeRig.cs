using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;

namespace Pgmux.Simulation.Tests.Fakes;

/// <summary>Clients and a fake PostgreSQL with nothing between them.</summary>
internal sealed class FakeRig
{
    private const int Port = 5432;

    private readonly SimulatedLoop _loop;

    public FakeRig(int? seed = null)
    {
        Network = new SimulatedNetwork(seed) { IsSliced = seed is not null };
        _loop = Network.CreateLoop();
        Postgres = new FakePostgres(Network, _loop, Port);
    }

    public SimulatedNetwork Network { get; }

    public FakePostgres Postgres { get; }

    /// <summary>The fault dial, which is on from here on.</summary>
    public BackendFaults TurnOnFaults(int seed = 1) => Postgres.Faults = new BackendFaults(new Random(seed));

    public FakeClient Connect()
    {
        TransportConnection? transport = null;
        Network.Run(
            _loop, async () => transport = await _loop.ConnectAsync(new ConnectOptions { EndPoint = Postgres.EndPoint }, CancellationToken.None));
        return new FakeClient(Network, transport!);
    }

    /// <summary>A client that has sent its startup packet.</summary>
    public FakeClient BeginLogin()
    {
        var client = Connect();
        client.Send(RawMessages.Startup([("user", "alice"), ("database", "db")]));
        return client;
    }

    /// <summary>A client that has logged in, with nothing left to take.</summary>
    public FakeClient Login()
    {
        var client = BeginLogin();
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
        return client;
    }

    /// <summary>Asks the server to cancel what it does for a client.</summary>
    public void Cancel(FakeClient target) => Connect().Send(RawMessages.CancelRequest(target.CancelKey.ProcessId, target.CancelKey.Key));
}
