namespace Pgmux.Protocol;

/// <summary>Names of the SASL mechanisms that pgmux speaks.</summary>
public static class ScramMechanism
{
    /// <summary>As text.</summary>
    public const string Name = "SCRAM-SHA-256";

    /// <summary>The one that binds the login to the TLS connection, as text.</summary>
    public const string PlusName = "SCRAM-SHA-256-PLUS";

    /// <summary>As bytes of a message.</summary>
    public static ReadOnlySpan<byte> NameBytes => "SCRAM-SHA-256"u8;

    /// <summary>The one with binding, as bytes of a message.</summary>
    public static ReadOnlySpan<byte> PlusNameBytes => "SCRAM-SHA-256-PLUS"u8;
}
