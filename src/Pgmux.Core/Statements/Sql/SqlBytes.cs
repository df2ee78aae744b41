using System.Buffers;

namespace Pgmux.Core.Statements.Sql;

/// <summary>The sets of characters that PostgreSQL's lexical rules are made of.</summary>
internal static class SqlBytes
{
    /// <summary>Blanks; the vertical tab is one since version 16 and an error before.</summary>
    public static readonly SearchValues<byte> Blanks = SearchValues.Create(" \t\n\r\f\v"u8);

    /// <summary>Ends of a line: either one, so the two of a DOS newline are two.</summary>
    public static readonly SearchValues<byte> Newlines = SearchValues.Create("\n\r"u8);

    /// <summary>What operators are made of.</summary>
    public static readonly SearchValues<byte> OperatorBytes = SearchValues.Create("~!@#^&|`?+-*/%<>="u8);

    /// <summary>Only an operator with one of these may end in a plus or minus; the standard has no operator with them.</summary>
    public static readonly SearchValues<byte> BeyondStandardOperators = SearchValues.Create("~!@#^&|`?%"u8);

    /// <summary>Where to look closer in a string with escapes when a backslash may be half of a character.</summary>
    public static readonly SearchValues<byte> EscapesAndHighBytes = SearchValues.Create([(byte)'\'', (byte)'\\', .. Enumerable.Range(0x80, 0x80).Select(b => (byte)b)]);

    public static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    public static bool IsIdentifierStart(byte b) => (uint)((b | 0x20) - 'a') <= 'z' - 'a' || b >= 0x80 || b == '_';

    /// <summary>A dollar may stand in an identifier, so none begins a dollar quote there.</summary>
    public static bool IsIdentifierPart(byte b) => IsIdentifierStart(b) || IsDigit(b) || b == '$';
}
