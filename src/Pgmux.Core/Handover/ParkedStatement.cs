namespace Pgmux.Core.Handover;

/// <summary>A prepared statement of a client under way.</summary>
/// <param name="Name">The client's name for it; empty for the unnamed one.</param>
/// <param name="IsSql">Whether it was made by PREPARE in SQL.</param>
/// <param name="IsShared">Whether other clients may share it.</param>
/// <param name="Definition">Its definition, as the registry keeps it.</param>
internal sealed record ParkedStatement(byte[] Name, bool IsSql, bool IsShared, byte[] Definition);
