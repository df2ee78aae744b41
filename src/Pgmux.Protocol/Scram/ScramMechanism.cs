namespace Pgmux.Protocol;

/// <summary>Name of the SASL mechanism that pgmux speaks.</summary>
public static class ScramMechanism
{
    /// <summary>As text.</summary>
    public const string Name = "SCRAM-SHA-256";

    /// <summary>As bytes of a message.</summary>
    public static ReadOnlySpan<byte> NameBytes => "SCRAM-SHA-256"u8;
}
