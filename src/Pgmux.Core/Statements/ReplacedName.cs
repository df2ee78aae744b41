namespace Pgmux.Core.Statements;

/// <summary>A client's name that was replaced by a server-side one.</summary>
/// <param name="Start">Characters before it in the text as sent to the server.</param>
/// <param name="Excess">Characters by which it has become longer.</param>
internal readonly record struct ReplacedName(int Start, int Excess);
