using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>Streams of clients of the fake PostgreSQL, good ones and those that have broken others.</summary>
internal static class ClientStreams
{
    /// <summary>What follows the login.</summary>
    public static IReadOnlyList<byte[]> All { get; } =
    [
        RawMessages.Query("SELECT a"),
        [.. RawMessages.Query("BEGIN"), .. RawMessages.Query("SELECT a; FAIL"), .. RawMessages.Query("ROLLBACK")],
        [.. RawMessages.Parse("SELECT $1", "s", 25), .. RawMessages.Bind("s", "x"), .. RawMessages.DescribePortal(), .. RawMessages.Execute(), .. RawMessages.Sync()],
        [.. RawMessages.Parse("SELECT a"), .. RawMessages.DescribeStatement(), .. RawMessages.Flush(), .. RawMessages.Bind(), .. RawMessages.Execute(), .. RawMessages.Flush(), .. RawMessages.Sync()],
        [.. RawMessages.Parse("FAIL"), .. RawMessages.Bind(), .. RawMessages.Execute(), .. RawMessages.Query("SELECT b"), .. RawMessages.Sync(), .. RawMessages.Query("SELECT c")],
        [.. RawMessages.Query("COPY IN"), .. RawMessages.CopyData("1\n"), .. RawMessages.Flush(), .. RawMessages.Sync(), .. RawMessages.CopyDone(), .. RawMessages.Query("SELECT a")],
        [.. RawMessages.Query("COPY IN FAIL 1"), .. RawMessages.CopyData("1\n2\n"), .. RawMessages.CopyData("3\n"), .. RawMessages.CopyDone(), .. RawMessages.CopyFail("x")],
        [.. RawMessages.Parse("COPY IN"), .. RawMessages.Bind(), .. RawMessages.Execute(), .. RawMessages.Sync(), .. RawMessages.CopyData("1\n"), .. RawMessages.CopyDone(), .. RawMessages.Sync()],
        [.. RawMessages.Query("COPY OUT 3"), .. RawMessages.Query("NOTICE x"), .. RawMessages.Query("NOTIFY ch")],
        [.. RawMessages.Parse("SELECT a", "s"), .. RawMessages.Sync(), .. RawMessages.Bind("s"), .. RawMessages.Execute(1), .. RawMessages.Execute(), .. RawMessages.CloseStatement("s"), .. RawMessages.Parse("SELECT b", "s"), .. RawMessages.Sync()],
        [.. RawMessages.Query("PREPARE p AS SELECT a"), .. RawMessages.Query("EXECUTE p"), .. RawMessages.Query("DEALLOCATE p"), .. RawMessages.Query("DEALLOCATE ALL; DISCARD ALL")],
        [.. RawMessages.Query("SET application_name TO 'x'"), .. RawMessages.Query("RESET ALL"), .. RawMessages.Query("SHOW application_name"), .. RawMessages.Query("SET client_encoding TO sjis")],
        [.. RawMessages.FunctionCall(1, "x"), .. RawMessages.FunctionCall(0), .. RawMessages.Query("")],
        [.. RawMessages.Bind("none"), .. RawMessages.DescribeStatement("none"), .. RawMessages.Sync(), .. RawMessages.Describe('x', "none"), .. RawMessages.Close('y', ""), .. RawMessages.Sync()],
        [.. RawMessages.Sync(), .. RawMessages.Sync(), .. RawMessages.Flush(), .. RawMessages.CopyDone(), .. RawMessages.CopyFail("x"), .. RawMessages.CopyData("x"), .. RawMessages.Sync()],
        [.. RawMessages.Query("WAIT"), .. RawMessages.Query("SELECT a")],
        [.. RawMessages.Query("FATAL"), .. RawMessages.Query("SELECT a")],
        [.. RawMessages.Query("SELECT a"), .. RawMessages.Terminate()],
        [.. RawMessages.Parse("SELECT a"), .. RawMessages.Bind(), .. RawMessages.Execute(), .. RawMessages.Terminate()],
        RawMessages.Message('Q', [.. "SELECT a"u8]),
        RawMessages.Message('Q', [.. "SELECT\0a\0"u8]),
        RawMessages.Message('B', [0, 0, 0, 0, 0, 1, 0x7F, 0xFF, 0xFF, 0xFF]),
        RawMessages.MessageOfLength('Q', 0x40000000, [.. "SELECT a"u8]),
        RawMessages.MessageOfLength('Q', 3),
        RawMessages.MessageOfLength('P', -1),
        RawMessages.Password("late"),
        RawMessages.Startup(("user", "alice")),
        [.. RawMessages.Parse("SELECT a", new string('n', 3000)), .. RawMessages.Bind(new string('n', 3000)), .. RawMessages.Sync()],
    ];

    /// <summary>What opens a connection.</summary>
    public static IReadOnlyList<byte[]> Openings { get; } =
    [
        [.. RawMessages.Startup(("user", "alice"), ("database", "db")), .. RawMessages.Query("SELECT a")],
        [.. RawMessages.SslRequest(), .. RawMessages.Startup(("user", "alice"), ("database", "db"), ("application_name", "x"), ("options", "-c geqo=off"))],
        [.. RawMessages.GssEncryptionRequest(), .. RawMessages.SslRequest(), .. RawMessages.SslRequest()],
        [.. RawMessages.Startup((3 << 16) | 2, ("user", "alice"), ("database", "db"), ("_pq_.x", "y")), .. RawMessages.Terminate()],
        RawMessages.Startup(("user", "nobody"), ("database", "none")),
        RawMessages.Startup(("user", "alice"), ("database", "pgbouncer")),
        RawMessages.CancelRequest(1, RawMessages.Int32(2)),
        RawMessages.Startup(("user", "alice"), ("database", "db"), ("replication", "database"), ("client_encoding", "x'y\\")),
        [.. "GET / HTTP/1.1\r\n\r\n"u8],
    ];

    public static IReadOnlyList<byte[]> Dictionary { get; } =
    [
        .. new[] { "SELECT a", "BEGIN", "COMMIT", "ROLLBACK", "FAIL", "COPY IN", "WAIT", "PREPARE p AS ", "EXECUTE p", "DEALLOCATE ALL", "DISCARD ALL", "SET DateStyle TO x", "s", "p", "$1" }.Select(RawMessages.String),
        .. new[] { "SELECT a", "COMMIT", "BEGIN", "FAIL", "COPY IN", "DISCARD ALL", "DEALLOCATE ALL" }.Select(RawMessages.Query),
        RawMessages.Sync(), RawMessages.Sync(), RawMessages.Flush(), RawMessages.Execute(), RawMessages.Bind(), RawMessages.Bind("s"), RawMessages.Parse("SELECT a", "s"), RawMessages.Parse("SELECT b"),
        RawMessages.CopyData("1\n"), RawMessages.CopyDone(), RawMessages.CopyFail("x"), RawMessages.DescribeStatement("s"), RawMessages.DescribePortal(), RawMessages.CloseStatement("s"), RawMessages.Terminate(),
    ];
}
