using Pgmux.Testing.Processes;

namespace Pgmux.Testing.FakePostgres;

/// <summary>COPY FROM STDIN: what it reads by itself is data, its end, and Flush and Sync, which it ignores.</summary>
internal sealed class CopyIn
{
    private readonly int _failAtRow;
    private readonly bool _failsAtEnd;
    private int _rows;

    /// <param name="words">IN, IN tag, IN FAIL row or IN FAIL END.</param>
    public CopyIn(string[] words)
    {
        _failsAtEnd = words is [_, "FAIL", "END"];
        _failAtRow = words is [_, "FAIL", var row] && !_failsAtEnd ? StatementGrammar.Number(row) : -1;
    }

    /// <summary>Whether it fails before it has read anything.</summary>
    public bool FailsAtOnce => _failAtRow == 0;

    /// <summary>Reads a message; the tag when it was the last.</summary>
    public string? Read(RawMessage message)
    {
        switch (message.Type)
        {
            case 'd' when ++_rows == _failAtRow:
                throw DuplicateKey();
            case 'c' when _failsAtEnd:
                throw new PostgresErrorException("23503", "violates foreign key constraint");
            case 'c':
                return $"COPY {_rows}";
            case 'f':
                throw new PostgresErrorException("57014", $"COPY from stdin failed: {new MessageCursor(message.Body).String()}");
            default:
                return null;
        }
    }

    /// <summary>Whether it takes a message of this type.</summary>
    public static bool Takes(char type) => type is 'd' or 'c' or 'f' or 'H' or 'S';

    public static PostgresErrorException DuplicateKey() => new("23505", "duplicate key");
}
