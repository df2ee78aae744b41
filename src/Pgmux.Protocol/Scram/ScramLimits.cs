namespace Pgmux.Protocol;

/// <summary>Bounds on what a peer may send in a SCRAM exchange.</summary>
public static class ScramLimits
{
    /// <summary>Longest message. PostgreSQL's server takes no longer one either (PG_MAX_SASL_MESSAGE_LENGTH).</summary>
    public const int MaximumMessageBytes = 1024;

    /// <summary>Most iterations that a server may ask for: CVE-2026-42198 was a client that obeyed any number.</summary>
    public const int MaximumIterations = 1_000_000;

    /// <summary>Random bytes of a nonce, as in PostgreSQL (SCRAM_RAW_NONCE_LEN).</summary>
    internal const int NonceBytes = 18;

    /// <summary>Bytes of a salt, as in PostgreSQL (SCRAM_DEFAULT_SALT_LEN).</summary>
    internal const int SaltBytes = 16;
}
