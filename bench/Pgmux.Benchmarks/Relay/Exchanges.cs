using System.Buffers;
using Pgmux.Protocol;

namespace Pgmux.Benchmarks.Relay;

/// <summary>The exchanges that the benchmarks relay, as PostgreSQL would answer them.</summary>
internal static class Exchanges
{
    private const int RowBytes = 1024;

    /// <summary>A result of 64 KiB: more than any one buffer, as much as a link holds.</summary>
    private const int LargeResultRows = 64;

    public static Exchange Simple { get; } = new(
        output => FrontendMessages.WriteQuery(output, "SELECT 1"),
        output => WriteResult(output, TransactionStatus.Idle, rows: 1, "1"));

    /// <summary>What the server knows to parse. As many as a small application has.</summary>
    public static CannedStatement[] Statements { get; } = [.. Enumerable.Range(1, 8).Select(number => new CannedStatement($"{number}"))];

    public static Exchange Extended { get; } = Statements[0].RunUnnamed();

    public static Exchange LargeResult { get; } = new(
        output => FrontendMessages.WriteQuery(output, "SELECT line FROM lines"),
        output => WriteResult(output, TransactionStatus.Idle, LargeResultRows, new string('x', RowBytes)));

    public static Exchange Begin { get; } = new(
        output => FrontendMessages.WriteQuery(output, "BEGIN"),
        output => WriteEnd(output, "BEGIN", TransactionStatus.InTransaction));

    public static Exchange InTransaction { get; } = new(
        output => FrontendMessages.WriteQuery(output, "SELECT 2"),
        output => WriteResult(output, TransactionStatus.InTransaction, rows: 1, "2"));

    public static Exchange Commit { get; } = new(
        output => FrontendMessages.WriteQuery(output, "COMMIT"),
        output => WriteEnd(output, "COMMIT", TransactionStatus.Idle));

    /// <summary>Values of application_name that the server takes.</summary>
    public static string[] ApplicationNames { get; } = ["", "first", "second"];

    /// <summary>The simple queries, which the server knows as they stand.</summary>
    public static Exchange[] Queries { get; } =
        [Simple, LargeResult, Begin, InTransaction, Commit, .. ApplicationNames.Select(SetApplicationName)];

    // What pgmux asks by itself before the query of a client with another value than the server has.
    private static Exchange SetApplicationName(string value) => new(
        output => FrontendMessages.WriteQuery(output, $"SET \"application_name\"='{value}'"),
        output =>
        {
            BackendMessages.WriteParameterStatus(output, "application_name", value);
            WriteEnd(output, "SET", TransactionStatus.Idle);
        });

    public static void WriteResult(IBufferWriter<byte> output, TransactionStatus status, int rows, string value)
    {
        BackendMessages.WriteRowDescription(output, [new ColumnDescription("?column?", TypeOid.Text, TypeSize: -1)]);
        for (var row = 0; row < rows; row++)
        {
            BackendMessages.WriteDataRow(output, value);
        }

        WriteEnd(output, $"SELECT {rows}", status);
    }

    public static void WriteEnd(IBufferWriter<byte> output, string tag, TransactionStatus status)
    {
        BackendMessages.WriteCommandComplete(output, tag);
        BackendMessages.WriteReadyForQuery(output, status);
    }
}
