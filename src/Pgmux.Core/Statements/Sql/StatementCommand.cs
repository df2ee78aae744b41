namespace Pgmux.Core.Statements.Sql;

/// <summary>A command on prepared statements and where its parts stand in the text.</summary>
internal readonly record struct StatementCommand
{
    /// <summary>What it does.</summary>
    public required StatementCommandKind Kind { get; init; }

    /// <summary>Where the statement's name begins; zero for the commands on all statements.</summary>
    public int NameStart { get; init; }

    /// <summary>Bytes of the name as it is written, with its quotes and a UESCAPE clause; zero for the commands on all statements.</summary>
    public int NameLength { get; init; }

    /// <summary>For PREPARE: the place right behind the name, where the types or AS follow; else zero.</summary>
    public int DefinitionStart { get; init; }

    /// <summary>For PREPARE: bytes from there to the end of the last token of the statement; else zero.</summary>
    public int DefinitionLength { get; init; }

    /// <summary>Which of the text's statements it is, from zero; empty ones do not count.</summary>
    public required int StatementIndex { get; init; }

    /// <summary>Its statement is nothing else; false for EXPLAIN EXECUTE and CREATE TABLE AS EXECUTE.</summary>
    public required bool IsWhole { get; init; }
}
