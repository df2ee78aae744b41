namespace Pgmux.Core.Admin;

/// <summary>One command as it was typed: <c>word [argument]</c>, <c>SHOW argument AS JSON</c>, or <c>SET argument = value</c>.</summary>
/// <param name="Word">What to do, in lower case.</param>
/// <param name="Argument">With what, in the case it was typed; empty when nothing was given.</param>
/// <param name="Value">The value of a SET; null for every other command.</param>
/// <param name="IsJson">Whether a SHOW ends in AS JSON, which is pgmux's own.</param>
internal sealed record ConsoleCommand(string Word, string Argument, string? Value = null, bool IsJson = false)
{
    /// <summary>The word of the only command with a value.</summary>
    public const string Set = "set";

    /// <summary>Whether it asks for a table: SELECT is another word for SHOW.</summary>
    public bool IsShow => Word is "show" or "select";
}
