using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>A prepared console command.</summary>
/// <param name="Command">The command.</param>
/// <param name="Text">The text it was read from, for errors.</param>
/// <param name="Columns">The columns of its result; null when it has none.</param>
internal sealed record ConsoleStatement(ConsoleCommand Command, string Text, ColumnDescription[]? Columns);
