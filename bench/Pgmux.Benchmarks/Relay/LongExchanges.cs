using System.Text;
using Pgmux.Protocol;

namespace Pgmux.Benchmarks.Relay;

/// <summary>Exchanges that no buffer holds: results and COPY of a megabyte, single messages of 16.</summary>
internal static class LongExchanges
{
    /// <summary>Bytes of a row's only value, of a result and of COPY.</summary>
    public const int RowBytes = 1024;

    /// <summary>Rows of a result and of COPY.</summary>
    public const int Rows = 1024;

    /// <summary>Bytes of the value that one message carries.</summary>
    public const int ValueBytes = 16 * 1024 * 1024;

    private static readonly string Value = string.Create(ValueBytes, 0, static (letters, _) =>
    {
        // No two pieces are alike, so a lost or repeated one shows: the letters come again after a prime number of them.
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = (char)('!' + (i % 89));
        }
    });

    /// <summary>One line of COPY.</summary>
    public static byte[] CopyLine { get; } = [.. Enumerable.Repeat((byte)'x', RowBytes - 1), (byte)'\n'];

    /// <summary>A result of 1 MB.</summary>
    public static Exchange Result { get; } = new(
        output => FrontendMessages.WriteQuery(output, "SELECT line FROM book"),
        output => Exchanges.WriteResult(output, TransactionStatus.Idle, Rows, new string('x', RowBytes)));

    /// <summary>A row of 16 MB.</summary>
    public static Exchange Row { get; } = new(
        output => FrontendMessages.WriteQuery(output, "SELECT picture"),
        output => Exchanges.WriteResult(output, TransactionStatus.Idle, rows: 1, Value));

    /// <summary>COPY TO STDOUT of 1 MB.</summary>
    public static Exchange CopyOut { get; } = new(
        output => FrontendMessages.WriteQuery(output, "COPY book TO STDOUT"),
        output =>
        {
            BackendMessages.WriteCopyOutResponse(output, columns: 1);
            for (var line = 0; line < Rows; line++)
            {
                BackendMessages.WriteCopyData(output, CopyLine);
            }

            BackendMessages.WriteCopyDone(output);
            Exchanges.WriteEnd(output, $"COPY {Rows}", TransactionStatus.Idle);
        });

    /// <summary>Begins COPY FROM STDIN.</summary>
    public static Exchange CopyIn { get; } = new(
        output => FrontendMessages.WriteQuery(output, "COPY book FROM STDIN"), output => BackendMessages.WriteCopyInResponse(output, columns: 1));

    /// <summary>The 1 MB of it, to the end.</summary>
    public static Exchange CopyInLines { get; } = new(
        output =>
        {
            for (var line = 0; line < Rows; line++)
            {
                FrontendMessages.WriteCopyData(output, CopyLine);
            }

            FrontendMessages.WriteCopyDone(output);
        },
        output => Exchanges.WriteEnd(output, $"COPY {Rows}", TransactionStatus.Idle));

    /// <summary>A parameter of 16 MB for the unnamed statement.</summary>
    public static Exchange Parameter { get; } = Exchanges.Statements[0].RunUnnamed(Encoding.ASCII.GetBytes(Value));

    /// <summary>The Bind that carries it: what the server must get, byte by byte.</summary>
    public static byte[] ParameterBind { get; } =
        Exchange.Write(output => FrontendMessages.WriteBind(output, "", "", [], [Encoding.ASCII.GetBytes(Value)], []));

    /// <summary>Those that a query begins.</summary>
    public static Exchange[] Queries { get; } = [Result, Row, CopyOut, CopyIn];
}
