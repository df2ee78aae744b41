using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>What servers say, good and broken.</summary>
internal static class ServerStreams
{
    /// <summary>In answer to a startup packet.</summary>
    public static IReadOnlyList<byte[]> Logins { get; } =
    [
        [],
        Replies.AuthenticationCleartextPassword(),
        [.. Replies.AuthenticationCleartextPassword(), .. HostileBackend.Wait],
        [.. Authentication(5, 1, 2, 3, 4), .. HostileBackend.Wait],
        [.. Authentication(10, [.. "SCRAM-SHA-256\0\0"u8]), .. HostileBackend.Wait, .. Authentication(11, [.. "r=abc,s=AAAA,i=4096"u8])],
        [.. Authentication(10, [.. "SCRAM-SHA-256-PLUS\0"u8]), .. HostileBackend.Wait],
        Authentication(7),
        Authentication(-1),
        [.. Replies.AuthenticationOk(), .. Replies.ReadyForQuery('T')],
        [.. Replies.AuthenticationOk(), .. Replies.BackendKeyData(1, new byte[256]), .. Replies.ReadyForQuery('x')],
        Replies.Fatal("28P01", "password authentication failed"),
        Replies.Fatal("57P03", "the database system is starting up"),
        RawMessages.Message('E'),
        RawMessages.Message('E', [.. "Mno code"u8]),
        RawMessages.Message('E', [.. "SFATAL\0SFATAL\0C\0M\0\0"u8]),
        [.. Replies.Notice("early"), .. Replies.Notification("ch"), .. RawMessages.Message('v', 0, 3, 0, 0, 0, 0, 0, 0)],
        RawMessages.Message('v', 0, 3, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF),
        RawMessages.Message('S', [.. "TimeZone"u8]),
        RawMessages.MessageOfLength('R', 3),
        RawMessages.MessageOfLength('R', -1),
        RawMessages.MessageOfLength('E', int.MaxValue, 1, 2, 3),
        [.. "HTTP/1.1 400 Bad Request\r\n\r\n"u8],
    ];

    /// <summary>In answer to requests.</summary>
    public static IReadOnlyList<byte[]> Answers { get; } = Make();

    public static IReadOnlyList<byte[]> Dictionary { get; } = [.. Words()];

    private static byte[][] Make() =>
    [
        [.. Replies.RowDescription(), .. Replies.DataRow("x"), .. Replies.CommandComplete("SELECT 1"), .. Replies.ReadyForQuery(), .. HostileBackend.Wait, .. Replies.ReadyForQuery()],
        [.. Replies.ParseComplete(), .. Replies.BindComplete(), .. Replies.RowDescription(), .. Replies.DataRow("x"), .. Replies.CommandComplete("SELECT 1"), .. Replies.ReadyForQuery()],
        [.. Replies.CopyInResponse(), .. Replies.CommandComplete("COPY 1"), .. Replies.ReadyForQuery()],
        [.. Replies.CopyOutResponse(), .. Replies.CopyData("1\n"), .. Replies.CopyDone(), .. Replies.CommandComplete("COPY 1"), .. Replies.ReadyForQuery()],
        [.. Replies.Error("22012", "division by zero"), .. Replies.ReadyForQuery()],
        [.. Replies.Error("26000", "prepared statement does not exist"), .. Replies.ReadyForQuery('E'), .. HostileBackend.Wait, .. Replies.ReadyForQuery()],
        [.. Replies.Error("0A000", "cached plan must not change result type"), .. Replies.ReadyForQuery()],
        [.. Replies.Fatal("57P01", "terminating connection"), .. Replies.Fatal("57P01", "again"), .. Replies.ReadyForQuery()],
        [.. Replies.ReadyForQuery('T'), .. HostileBackend.Wait, .. Replies.CommandComplete("COMMIT"), .. Replies.ReadyForQuery()],
        [.. Replies.ReadyForQuery(), .. Replies.ReadyForQuery(), .. Replies.ReadyForQuery('x')],
        [.. Replies.ParameterStatus("DateStyle", "SQL"), .. Replies.ParameterStatus("x", new string('v', 3000)), .. Replies.Notice("n"), .. Replies.Notification("ch"), .. Replies.CommandComplete("SET"), .. Replies.ReadyForQuery()],
        [.. RawMessages.Message('S', 1), .. RawMessages.Message('Z'), .. RawMessages.Message('C', [.. "SELECT"u8]), .. RawMessages.Message('A', 0)],
        [.. RawMessages.Message('D', 0x7F, 0xFF), .. RawMessages.Message('T', 0xFF, 0xFF), .. RawMessages.Message('t', 0xFF, 0xFF, 1), .. Replies.ReadyForQuery()],
        [.. RawMessages.Message('W', 0, 0, 0), .. RawMessages.Message('V', 0xFF, 0xFF, 0xFF, 0xFF), .. RawMessages.Message('I'), .. RawMessages.Message('s'), .. RawMessages.Message('n')],
        RawMessages.MessageOfLength('D', 0x40000000, 0, 1, 0, 0),
        RawMessages.MessageOfLength('D', 2),
        [.. RawMessages.Message('?'), .. RawMessages.Message('R', 0, 0, 0, 0)],
    ];

    private static IEnumerable<byte[]> Words() =>
    [
        HostileBackend.Wait, HostileBackend.Wait, Replies.ReadyForQuery(), Replies.ReadyForQuery('T'), Replies.ReadyForQuery('E'), Replies.ParseComplete(), Replies.BindComplete(), RawMessages.Message('3'),
        Replies.RowDescription(), Replies.DataRow("x"), Replies.CommandComplete("SELECT 1"), Replies.CommandComplete("DISCARD ALL"), Replies.CommandComplete("DEALLOCATE ALL"), Replies.CommandComplete("SET"),
        Replies.CommandComplete("COPY 1"), Replies.CopyInResponse(), Replies.CopyOutResponse(), Replies.CopyDone(), Replies.CopyData("x"), Replies.Error("22012", "x"), Replies.Error("53200", "x"), Replies.Fatal("57P01", "x"),
        Replies.Notice("n"), Replies.Notification("ch"), Replies.ParameterStatus("DateStyle", "SQL"), Replies.ParameterStatus("TimeZone", "x"), Replies.AuthenticationOk(), RawMessages.Message('n'), RawMessages.Message('I'),
        RawMessages.Message('s'), RawMessages.Message('t', 0, 0),
    ];

    private static byte[] Authentication(int kind, params byte[] data) => RawMessages.Message('R', [.. RawMessages.Int32(kind), .. data]);
}
