using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using Pgmux.Core.Admin;
using Pgmux.Core.Tests.Admin;
using Pgmux.Protocol;
using Pgmux.Testing.Fuzzing;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>
/// The console, by one command (first byte even) or by messages (odd): each Query is answered, be it with an error, and then comes
/// ReadyForQuery; each Sync has one too, and nothing else has.
/// </summary>
internal sealed class ConsoleTarget : FuzzTarget
{
    private const int MostAnswerBytes = 256 * 1024;

    private static readonly string[] Commands =
    [
        "SHOW HELP;", "SHOW POOLS", "SHOW CLIENTS", "SHOW CONFIG", "SHOW VERSION", "SHOW STATS_TOTALS", "show client_encoding", "SET verbose = 1", "SET x TO 'it''s'",
        "SELECT timezone", "RELOAD", "PAUSE db", "RESUME", "KILL \"d\"\"b\"", "KILL_CLIENT 12", "DISABLE db", "RECONNECT", "WAIT_CLOSE", "SHUTDOWN WAIT_FOR_CLIENTS", "SUSPEND",
        "SHOW ", ";;;;", "", "SHOW;SHOW", "\"", "'", "SET a = '", "SHOW PREPARED_STATEMENTS", "SHOW LISTS", "SHOW MEM", "SHOW DATABASES",
    ];

    private readonly ArrayBufferWriter<byte> _output = new();

    public override string Name => "Console";

    public override int? FramesStart => 1;

    public override int MostBytes => 8 * 1024;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Commands.Select(command => (byte[])[0, .. WireText.Encode(command)]),
        .. Commands.Select(command => (byte[])[1, .. RawMessages.Query(command)]),
        [1, .. RawMessages.Parse("SHOW POOLS"), .. RawMessages.Bind(), .. RawMessages.DescribePortal(), .. RawMessages.Execute(), .. RawMessages.Sync()],
        [1, .. RawMessages.Parse("SHOW CONFIG", "s", 25), .. RawMessages.DescribeStatement("s"), .. RawMessages.Flush(), .. RawMessages.BindPortal("p", "s", "x"), .. RawMessages.Execute("p", 2), .. RawMessages.Execute("p", 2), .. RawMessages.ClosePortal("p"), .. RawMessages.CloseStatement("s"), .. RawMessages.Sync()],
        [1, .. RawMessages.Parse("nonsense"), .. RawMessages.Bind(), .. RawMessages.Query("SHOW POOLS"), .. RawMessages.Sync(), .. RawMessages.Query("SHOW VERSION")],
        [1, .. RawMessages.Bind("p", "", [[1]], [1], [1, 1]), .. RawMessages.FunctionCall(1), .. RawMessages.CopyData("x"), .. RawMessages.CopyDone(), .. RawMessages.Sync(), .. RawMessages.FunctionCall(2, "x"), .. RawMessages.Terminate()],
        [1, .. RawMessages.Query("SHOW\0POOLS"), .. RawMessages.Message('Q'), .. RawMessages.Message('z', 1), .. RawMessages.Sync()],
    ];

    public override IReadOnlyList<byte[]> Dictionary { get; } =
    [
        .. new[] { "SHOW", "SET", "SELECT", "POOLS", "CLIENTS", "SERVERS", "CONFIG", "VERSION", " = ", " TO ", "'", "\"", ";", "=", "PAUSE", "KILL", "SHUTDOWN", "RELOAD", "timezone", "verbose", "\0" }.Select(word => WireText.Encode(word)),
        RawMessages.Sync(), RawMessages.Flush(), RawMessages.Query("SHOW POOLS"),
    ];

    public override string Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return "empty";
        }

        var source = new FakeConsoleSource();
        var session = new ConsoleSession(source, new FakeWaiter(), input[0] % 4 < 2 ? ConsoleRights.Administer : ConsoleRights.Look, NullLogger.Instance, "");
        var messages = input[0] % 2 == 0
            ? [RawMessages.Message('Q', [.. input[1..].Where(value => value != 0), 0])]
            : FrameEdits.Cut(input.AsSpan(1), out _);
        var expectation = new ConsoleExpectation();
        var outcome = "";
        foreach (var message in messages)
        {
            _output.ResetWrittenCount();
            var handling = session.HandleAsync(message[0], message.AsMemory(FrameReader.HeaderBytes), _output).AsTask();
            FuzzFindingException.Require(handling.IsCompleted, "the console waits for nothing here");
            var end = handling.Result;
            FuzzFindingException.Require(_output.WrittenCount <= MostAnswerBytes, "an answer is bounded");
            var answer = BackendTrace.Of(_output.WrittenSpan);
            expectation.Check((char)message[0], answer, end, wasShutDown: source.Shutdowns.Count > 0);
            outcome += $"{(char)message[0]}{string.Concat(answer.Where(reply => reply[0] is not ('D' or 'S')).Take(4).Select(reply => reply.Length > 24 ? reply[..24] : reply))} ";
            if (end == ConsoleOutcome.Close || outcome.Length > 200)
            {
                break;
            }
        }

        return outcome;
    }
}
