namespace Pgmux.Protocol;

/// <summary>A column of a result that pgmux makes itself, always in text format.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="TypeOid">Its type; see <see cref="Protocol.TypeOid"/>.</param>
/// <param name="TypeSize">Size of the type in bytes; -1 when it varies.</param>
public readonly record struct ColumnDescription(string Name, int TypeOid, short TypeSize);
