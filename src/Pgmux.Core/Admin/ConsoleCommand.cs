namespace Pgmux.Core.Admin;

/// <summary>One command as it was typed: <c>word [argument]</c>, or <c>SET argument = value</c>.</summary>
/// <param name="Word">What to do, in lower case.</param>
/// <param name="Argument">With what, in the case it was typed; empty when nothing was given.</param>
/// <param name="Value">The value of a SET; null for every other command.</param>
internal sealed record ConsoleCommand(string Word, string Argument, string? Value = null)
{
    /// <summary>The word of the only command with a value.</summary>
    public const string Set = "set";
}
