namespace Pgmux.Core.Statements.Sql;

/// <summary>What a piece of SQL text is, by PostgreSQL's lexical rules.</summary>
internal enum SqlTokenKind
{
    /// <summary>Nothing: the text is over.</summary>
    End,

    /// <summary>Blanks, tabs, newlines, form feeds, vertical tabs.</summary>
    Whitespace,

    /// <summary>A comment to the end of its line, without the newline, or one between slash-star and star-slash.</summary>
    Comment,

    /// <summary>A key word or a name without quotes.</summary>
    Identifier,

    /// <summary>A name in double quotes, the quotes included.</summary>
    QuotedIdentifier,

    /// <summary>A name in double quotes with Unicode escapes, from its U&amp; on; a UESCAPE clause is not part of it.</summary>
    UnicodeIdentifier,

    /// <summary>A string of any sort with its prefix, quotes and the lines that continue it.</summary>
    String,

    /// <summary>A dollar and a number.</summary>
    Parameter,

    /// <summary>A number without a sign.</summary>
    Number,

    /// <summary>Characters that make up an operator.</summary>
    Operator,

    /// <summary>A semicolon.</summary>
    Semicolon,

    /// <summary>An opening parenthesis.</summary>
    OpenParenthesis,

    /// <summary>A closing parenthesis.</summary>
    CloseParenthesis,

    /// <summary>An opening bracket.</summary>
    OpenBracket,

    /// <summary>A closing bracket.</summary>
    CloseBracket,

    /// <summary>A single character with no meaning of its own here: comma, dot, colon, and what PostgreSQL does not know.</summary>
    Other,

    /// <summary>A string, quoted name or comment that the text ends in; the server refuses the whole text.</summary>
    Unterminated,
}
