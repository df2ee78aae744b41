using Pgmux.Protocol;
using Pgmux.Testing.Fuzzing;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>
/// One client of the whole multiplexer sends anything. The multiplexer lives and logs no error, clients of the same and of another pool
/// get their answers, and the client itself is told at most once that it is over.
/// First byte: settings and who the client is; second: how it ends. In a run the stream comes in pieces that follow from its bytes.
/// </summary>
internal sealed class ClientStreamTarget : FuzzTarget
{
    private const int MostPieces = 12;
    private const int HeadBytes = 2;

    private static readonly (string Key, string Value)[] Common = [("query_timeout", "20"), ("idle_transaction_timeout", "20"), ("default_pool_size", "3")];

    private static readonly (string Key, string Value)[][] Settings =
    [
        [],
        [("max_prepared_statements", "1")],
        [("max_prepared_statements", "0")],
        [("pool_mode", "session")],
        [("pool_mode", "statement")],
        [("share_unnamed_statements", "1")],
    ];

    public override string Name => "ClientStream";

    public override int? FramesStart => HeadBytes;

    public override int MostBytes => 6 * 1024;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. FuzzCorpus.Files("ClientStream").SelectMany(stream => Enumerable.Range(0, 3).Select(head => (byte[])[(byte)head, (byte)head, .. stream])),
        .. ClientStreams.All.SelectMany((stream, index) => new[] { (byte[])[(byte)(index % 6), 0, .. stream], [(byte)(index % 2), (byte)(index % 5), .. stream] }),
        .. ClientStreams.Openings.Select(stream => (byte[])[6, 0, .. stream]),
        .. ClientStreams.All.Take(8).Select(stream => (byte[])[7, 0, .. stream]),
        [7, 0, .. RawMessages.Query("SHOW CLIENTS"), .. RawMessages.Query("SHOW POOLS"), .. RawMessages.Parse("SHOW CONFIG"), .. RawMessages.Bind(), .. RawMessages.Execute(), .. RawMessages.Sync()],
    ];

    public override IReadOnlyList<byte[]> Dictionary => ClientStreams.Dictionary;

    public override string Run(byte[] input)
    {
        var (who, how, stream) = (At(input, 0) % 8, At(input, 1), input.AsSpan(Math.Min(HeadBytes, input.Length)).ToArray());
        var random = new Random(input.Aggregate(17, (hash, value) => unchecked((hash * 31) + value)));
        using var mux = Start(who, how % 2 == 0 ? null : random.Next());
        var (neighbour, canary) = (mux.Login(), mux.Login("bob"));
        var client = who switch
        {
            6 => mux.Connect(),
            7 => mux.Login("watcher", "pgbouncer"),
            _ => mux.Login(),
        };
        client.Take();
        for (var pieces = 0; stream.Length > 0 && !client.IsClosed; pieces++)
        {
            var piece = pieces < MostPieces && random.Next(3) != 0 ? random.Next(1, stream.Length + 1) : stream.Length;
            client.Send(stream[..piece]);
            stream = stream[piece..];
            MuxRules.RequireServed(canary, $"canary{pieces}");
        }

        MuxRules.RequireServed(neighbour, "neighbour");
        End(mux, client, how / 2 % 5);
        MuxRules.RequireOneEnd(client);
        MuxRules.RequireServed(neighbour, "after");
        MuxRules.RequireServed(canary, "canary");
        FuzzFindingException.Require(mux.Mux.Clients.ClientCount <= 3, "clients are counted once");
        var outcome = $"{who} {MuxRules.Outcome(client)}";
        client.Close();
        ReleaseLeftBehind(mux);
        return outcome;
    }

    private static byte At(byte[] input, int place) => place < input.Length ? input[place] : (byte)0;

    // A cancel ends one statement; as with PostgreSQL, the next that has already come to the backend still runs, though nobody is there.
    private static void ReleaseLeftBehind(TestMux mux)
    {
        while (mux.Postgres.Open.FirstOrDefault(server => server.IsWaiting) is { } waiting)
        {
            waiting.Release();
        }
    }

    private static TestMux Start(int who, int? slicing)
    {
        var settings = TestMux.SettingsOf([.. Common, .. who < Settings.Length ? Settings[who] : []]);
        settings = settings with { Secrets = new Dictionary<string, string>(settings.Secrets) { ["watcher"] = "secret-d" } };
        return TestMux.Start(new TestMuxOptions { Settings = settings, Loops = slicing is null ? 1 : 2, Seed = slicing });
    }

    private static void End(TestMux mux, FakeClient client, int how)
    {
        switch (how)
        {
            case 0:
                client.Close();
                break;
            case 1:
                client.Reset();
                break;
            case 2:
                client.HalfClose();
                break;
            case 3:
                client.Send(RawMessages.Terminate());
                break;
            default:
                // Longer than every timeout of a request.
                mux.Advance(40);
                break;
        }
    }
}
