using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Pgmux.Core.Configuration;
using Pgmux.Core.Hosting;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;

namespace Pgmux.Benchmarks.Relay;

/// <summary>
/// The whole multiplexer on a simulated loop, with in-memory links to clients and to servers that answer from a list. Everything
/// runs on the calling thread, so what is measured is pgmux's own work without the kernel's.
/// </summary>
internal sealed class RelayRig : IDisposable
{
    // One server, so that a second client has to wait.
    private const string Settings = """
        [databases]
        bench = host=127.0.0.1 port=5432 server_tls_sslmode=disable
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = 6432
        auth_type = any
        default_pool_size = 1
        """;

    private static readonly IPEndPoint ServerAddress = new(IPAddress.Loopback, 5432);
    private static readonly IPEndPoint Address = new(IPAddress.Loopback, 6432);

    private readonly TemporaryFolder _folder = new();
    private readonly SimulatedNetwork _network = PlainBuffers.CreateNetwork();
    private readonly SimulatedLoop _peers;
    private readonly List<Task> _servers = [];

    /// <param name="loopCount">Loops of the multiplexer.</param>
    /// <param name="settings">Further lines of [pgbouncer].</param>
    /// <param name="poolMode">When a server leaves its client.</param>
    public RelayRig(int loopCount = 1, string settings = "", string poolMode = "transaction")
    {
        var loaded = ConfigLoader.Load(_folder.Write("pgmux.ini", $"{Settings}\npool_mode = {poolMode}\n{settings}\n"));
        var configuration = loaded.Snapshot ?? throw new InvalidOperationException(string.Join('\n', loaded.Faults));
        var loops = Enumerable.Range(0, loopCount).Select(_ => _network.CreateLoop()).ToArray();
        var multiplexer = new Multiplexer(new ConfigStore(configuration), loops, NullLogger.Instance, processUserId: 0);
        loops[0].Listen(new ListenOptions { EndPoint = Address }, multiplexer.Accept);
        multiplexer.Start();

        // The other ends stand on a loop of their own, which their buffers come from.
        _peers = _network.CreateLoop();
        _peers.Listen(new ListenOptions { EndPoint = ServerAddress }, transport => _servers.Add(new CannedServer(transport).RunAsync()));
    }

    /// <summary>Connects a client and logs it in. Clients go to the loops in turn.</summary>
    public RelayClient Connect(string applicationName = "")
    {
        TransportConnection? transport = null;
        _network.Run(_peers, async () => transport = await _peers.ConnectAsync(new ConnectOptions { EndPoint = Address }, default));
        var client = new RelayClient(_network, transport!, () => _servers.Find(server => server.IsFaulted)?.Exception);
        client.LogIn(applicationName);
        return client;
    }

    public void Dispose() => _folder.Dispose();
}
