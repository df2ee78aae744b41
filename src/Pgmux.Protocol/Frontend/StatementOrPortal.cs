namespace Pgmux.Protocol;

/// <summary>What a Describe or Close names.</summary>
public static class StatementOrPortal
{
    /// <summary>A prepared statement.</summary>
    public const byte Statement = (byte)'S';

    /// <summary>A portal.</summary>
    public const byte Portal = (byte)'P';
}
