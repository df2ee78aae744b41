using Pgmux.Protocol;

namespace Pgmux.Core.Admin;

/// <summary>A result of the console: columns, and rows whose values are in text form (null is NULL).</summary>
/// <param name="Columns">The columns.</param>
/// <param name="Rows">The rows, each with one value per column.</param>
internal sealed record ConsoleTable(ColumnDescription[] Columns, IReadOnlyList<string?[]> Rows);
