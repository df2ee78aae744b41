namespace Pgmux.Core.Statements;

/// <summary>What PREPARE, EXECUTE, DEALLOCATE and DISCARD in one text ask for, in their order.</summary>
internal sealed class StatementCommands
{
    /// <summary>A statement that has to be on the server when the text runs; null when there is none.</summary>
    public Statement? Required { get; init; }
}
