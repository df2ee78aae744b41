namespace Pgmux.Core.Statements.Sql;

/// <summary>A piece of SQL text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="Length">Its bytes; zero only for <see cref="SqlTokenKind.End"/>.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, int Start, int Length)
{
    /// <summary>The place behind it.</summary>
    public int End => Start + Length;

    /// <summary>It only separates others.</summary>
    public bool IsBlank => Kind is SqlTokenKind.Whitespace or SqlTokenKind.Comment;

    /// <summary>It can be a name.</summary>
    public bool IsName => Kind is SqlTokenKind.Identifier or SqlTokenKind.QuotedIdentifier or SqlTokenKind.UnicodeIdentifier;
}
