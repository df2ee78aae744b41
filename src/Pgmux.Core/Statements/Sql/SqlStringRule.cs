namespace Pgmux.Core.Statements.Sql;

/// <summary>What a quote or a backslash means inside of a string.</summary>
internal enum SqlStringRule
{
    /// <summary>Two quotes are one, a backslash is itself: plain strings and those with Unicode escapes.</summary>
    Doubling,

    /// <summary>Two quotes are one, a backslash takes the next character: E strings, and plain ones with nonstandard strings.</summary>
    Escapes,

    /// <summary>The first quote ends it: bit strings.</summary>
    Verbatim,
}
