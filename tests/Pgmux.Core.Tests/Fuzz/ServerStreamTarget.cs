using Pgmux.Core.Configuration;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Fuzzing;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>
/// A server of the whole multiplexer says anything, at the login and afterwards. The multiplexer lives within its memory and logs no
/// error, clients of that server get an answer or are told once that there is none, and a client of another server is served.
/// First byte: what the clients ask; second: the pool's settings and how the server ends; then the stream of <see cref="HostileBackend"/>.
/// </summary>
internal sealed class ServerStreamTarget : FuzzTarget
{
    private const int HeadBytes = 2;
    private const int Port = 5433;

    /// <summary>Three clients and their servers with everything that a connection may hold in both directions (64 KiB each).</summary>
    private const long MostRentedBytes = 6 * 2 * 2 * 64 * 1024;

    private static readonly byte[][] Requests =
    [
        RawMessages.Query("SELECT a"),
        [.. RawMessages.Parse("SELECT $1", "s", 25), .. RawMessages.Bind("s", "x"), .. RawMessages.DescribePortal(), .. RawMessages.Execute(), .. RawMessages.Sync()],
        [.. RawMessages.Query("COPY IN"), .. RawMessages.CopyData("1\n"), .. RawMessages.CopyDone()],
        [.. RawMessages.Query("SELECT a"), .. RawMessages.Query("SELECT b"), .. RawMessages.Sync()],
        [.. RawMessages.Parse("SELECT a", "s"), .. RawMessages.DescribeStatement("s"), .. RawMessages.Flush()],
        [.. RawMessages.FunctionCall(1, "x"), .. RawMessages.Query("DISCARD ALL")],
        [.. RawMessages.Query("EXECUTE p"), .. RawMessages.CloseStatement("s"), .. RawMessages.Parse("SELECT a", "t"), .. RawMessages.Sync()],
    ];

    private static readonly byte[] Welcome =
    [
        .. Replies.AuthenticationOk(), .. Replies.ParameterStatus("client_encoding", "UTF8"), .. Replies.ParameterStatus("DateStyle", "ISO, MDY"),
        .. Replies.ParameterStatus("server_version", "15.1"), .. Replies.ParameterStatus("standard_conforming_strings", "on"),
        .. Replies.BackendKeyData(7, RawMessages.Int32(8)), .. Replies.ReadyForQuery(),
    ];

    public override string Name => "ServerStream";

    public override int? FramesStart => HeadBytes;

    public override int MostBytes => 6 * 1024;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. FuzzCorpus.Files("ServerLogin").SelectMany(login => FuzzCorpus.Files("ServerReplies").Select((replies, index) => (byte[])[(byte)index, 0, .. login, .. HostileBackend.Wait, .. replies])),
        .. ServerStreams.Logins.SelectMany(login => new[] { (byte[])[0, 0, .. login], [0, 1, .. login, .. Welcome] }),
        .. ServerStreams.Answers.SelectMany((replies, index) => Enumerable.Range(0, 3).Select(n => (byte[])[(byte)(index + n), (byte)n, .. Welcome, .. HostileBackend.Wait, .. replies])),
    ];

    public override IReadOnlyList<byte[]> Dictionary => ServerStreams.Dictionary;

    public override string Run(byte[] input)
    {
        var (what, how) = (At(input, 0), At(input, 1));
        var seed = input.Aggregate(17, (hash, value) => unchecked((hash * 31) + value));
        using var mux = Start(how, seed);
        var backend = new HostileBackend(mux, Port, input[Math.Min(HeadBytes, input.Length)..], closes: (how & 1) != 0);
        var canary = mux.Login("bob");
        FakeClient[] clients = [mux.BeginLogin(database: "bad"), mux.BeginLogin(database: "bad")];
        for (var round = 0; round < 2; round++)
        {
            foreach (var client in clients.Where(IsReady))
            {
                client.Send(Requests[(what + round) % Requests.Length]);
            }

            MuxRules.RequireServed(canary, $"canary{round}");
            FuzzFindingException.Require(mux.RentedBytes <= MostRentedBytes, $"{mux.RentedBytes} bytes are held");
            mux.Advance(3);
        }

        // Longer than every timeout.
        mux.Advance(60);
        MuxRules.RequireServed(canary, "canary");
        foreach (var client in clients)
        {
            MuxRules.RequireOneEnd(client);
            FuzzFindingException.Require(client.IsClosed || client.Replies.Any(reply => reply.Type == 'Z'), "a client that waits for its login was told nothing");
        }

        foreach (var pool in mux.Mux.Pools.All)
        {
            var counts = pool.Count();
            var held = pool.Policy.Mode == PoolMode.Session ? 0 : counts.Active;
            FuzzFindingException.Require(held + counts.Waiting + counts.BeingCancelled == 0, $"somebody still waits: {pool.Key} {counts}");
        }

        // At a retry a second there are far fewer in that time.
        FuzzFindingException.Require(backend.Connections < HostileBackend.MostConnections, "a broken server is connected to without pause");
        backend.Close();
        return $"{what % Requests.Length} {string.Join(' ', clients.Select(MuxRules.Outcome))}";
    }

    private static bool IsReady(FakeClient client) => !client.IsClosed && client.Replies.Any(reply => reply.Type == 'Z');

    private static byte At(byte[] input, int place) => place < input.Length ? input[place] : (byte)0;

    private static TestMux Start(byte how, int seed)
    {
        var settings = TestMux.SettingsOf(
            ("query_timeout", "10"), ("query_wait_timeout", "10"), ("server_connect_timeout", "5"), ("server_login_retry", "1"), ("idle_transaction_timeout", "10"),
            ("default_pool_size", (how & 2) == 0 ? "1" : "2"), ("max_prepared_statements", (how & 4) == 0 ? "200" : "0"), ("pool_mode", (how & 8) == 0 ? "transaction" : "session"));
        settings = settings with { Databases = new Dictionary<string, string>(settings.Databases) { ["bad"] = $"host=127.0.0.1 port={Port} server_tls_sslmode=disable" } };
        var isSliced = (how & 16) != 0;
        var mux = TestMux.Start(new TestMuxOptions { Settings = settings, Loops = isSliced ? 2 : 1, Seed = isSliced ? seed : null });

        // The fake PostgreSQL knows nothing of the other server's connections.
        mux.IsLeftBroken = true;
        return mux;
    }
}
