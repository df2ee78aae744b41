namespace Pgmux.Core.Configuration.Hba;

/// <summary>One word of an HBA or ident file.</summary>
/// <param name="Text">The word without its quotes.</param>
/// <param name="IsQuoted">Whether it begins with a quote: it is a name then, also where it looks like a keyword.</param>
internal sealed record HbaToken(string Text, bool IsQuoted)
{
    /// <summary>Whether it is this keyword; keywords are case-sensitive.</summary>
    public bool IsKeyword(string keyword) => !IsQuoted && Text == keyword;

    /// <summary>Whether it is a name behind this sign, as in <c>@file</c> and <c>+role</c>.</summary>
    public bool HasSign(char sign) => !IsQuoted && Text.Length > 1 && Text[0] == sign;

    /// <summary>The word as it may be written.</summary>
    public override string ToString() => IsQuoted ? Quoted(Text)
        : Text.AsSpan().ContainsAny(" \t\r\v\f,#\"") ? Text[0] + Quoted(Text[1..])
        : Text;

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
