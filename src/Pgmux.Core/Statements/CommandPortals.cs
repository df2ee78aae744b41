namespace Pgmux.Core.Statements;

/// <summary>Portals of one client whose statement is PREPARE, EXECUTE or one of their kin.</summary>
internal sealed class CommandPortals
{
}
