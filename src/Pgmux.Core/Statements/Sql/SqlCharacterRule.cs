namespace Pgmux.Core.Statements.Sql;

/// <summary>
/// How bytes of 0x80 and above join into characters. It matters where the second byte of a character may be an ASCII one, as a
/// backslash or a bracket; in all such encodings it is at least 0x30, so blanks, quotes, dollars and semicolons never hide in one.
/// </summary>
internal enum SqlCharacterRule
{
    /// <summary>All bytes of a multi-byte character are 0x80 or above: UTF-8, the ISO and EUC encodings and most others.</summary>
    AsciiSafe,

    /// <summary>A byte of 0x80 or above takes the next one with it; a character of four in GB18030 is two such pairs.</summary>
    DoubleByte,

    /// <summary>As <see cref="DoubleByte"/>, but 0xA1 to 0xDF, the half-width katakana, stand alone.</summary>
    ShiftJis,
}
