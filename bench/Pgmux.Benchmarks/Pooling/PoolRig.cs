using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Pgmux.Benchmarks.Relay;
using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Core.Parameters;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Core.Servers.Hosts;
using Pgmux.Core.Servers.Passwords;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;

namespace Pgmux.Benchmarks.Pooling;

/// <summary>One pool on simulated loops, with servers that are logged in, and borrowers that send nothing.</summary>
internal sealed class PoolRig : IDisposable
{
    private static readonly IPEndPoint ServerAddress = new(IPAddress.Loopback, 5432);

    private readonly TemporaryFolder _folder = new();
    private readonly SimulatedLoop[] _loops;

    public PoolRig(int loopCount, int serverCount)
    {
        _loops = [.. Enumerable.Range(0, loopCount).Select(_ => Network.CreateLoop())];
        var peers = Network.CreateLoop();
        peers.Listen(new ListenOptions { EndPoint = ServerAddress }, transport => _ = new CannedServer(transport).RunAsync());
        Pool = CreatePool(Load(serverCount));
        OpenServers(serverCount);
    }

    public SimulatedNetwork Network { get; } = PlainBuffers.CreateNetwork();

    public Pool Pool { get; }

    /// <summary>Someone who takes servers and brings them back; the loops take turns.</summary>
    /// <param name="number">Which in turn.</param>
    /// <param name="handOvers">What those who wait may do altogether; null when nobody has to wait.</param>
    public Borrower Join(int number, HandOvers? handOvers = null) => new(Pool, _loops[number % _loops.Length], handOvers);

    public void Dispose() => _folder.Dispose();

    private ConfigSnapshot Load(int serverCount)
    {
        var loaded = ConfigLoader.Load(_folder.Write("pgmux.ini", $"""
            [databases]
            bench = host=127.0.0.1 port=5432 user=bench server_tls_sslmode=disable
            [pgbouncer]
            listen_addr = 127.0.0.1
            auth_type = any
            pool_mode = transaction
            default_pool_size = {serverCount}
            min_pool_size = {serverCount}
            """));
        return loaded.Snapshot ?? throw new InvalidOperationException(string.Join('\n', loaded.Faults));
    }

    private Pool CreatePool(ConfigSnapshot configuration)
    {
        var servers = new ServerEnvironment(
            new TrackedParameters([]), new ParameterSetCache(), new AuthenticationContext(), NullLogger.Instance)
        {
            Passwords = new PasswordCommands(new PasswordProgram(), NullLogger.Instance),
            Hosts = new HostResolver(new SystemLookup(), _loops[0].TimeProvider, NullLogger.Instance),
        };
        var key = new PoolKey("bench", "bench");
        var policy = PoolPolicy.From(configuration, configuration.FindDatabase(key.Database)!, key);
        return new Pool(key, policy, new PoolEnvironment(_loops, servers, new PoolParts()));
    }

    private void OpenServers(int count)
    {
        // The first login goes alone, the others follow it.
        Pool.OpenWanted();
        Network.RunUntilIdle();
        var idle = Pool.Servers.Count(server => server.State == ServerState.Idle);
        if (idle != count)
        {
            throw new InvalidOperationException($"{idle} of {count} servers are idle");
        }
    }
}
