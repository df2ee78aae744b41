namespace Pgmux.Core.Statements;

/// <summary>A name of a client and the statement that it stands for. Costs under 100 bytes with its place in the table.</summary>
internal sealed class ClientStatement(byte[] name)
{
    /// <summary>What it stands for.</summary>
    public StatementBinding Binding;

    /// <summary>The name without a zero, as long as the client made it; empty for the unnamed statement.</summary>
    public byte[] Name { get; } = name;

    /// <summary>Whether it is the unnamed statement.</summary>
    public bool IsUnnamed => Name.Length == 0;
}
