namespace Pgmux.Protocol;

/// <summary>BackendKeyData (backend): what a cancel request must show. Valid as long as the body it was read from.</summary>
public readonly ref struct BackendKeyData
{
    /// <summary>Shortest secret, and the only length before protocol 3.2.</summary>
    public const int MinimumSecretBytes = 4;

    /// <summary>Longest secret of protocol 3.2. Source: PostgreSQL manual, "Message Formats".</summary>
    public const int MaximumSecretBytes = 256;

    private BackendKeyData(int processId, ReadOnlySpan<byte> secret)
    {
        ProcessId = processId;
        Secret = secret;
    }

    /// <summary>Process id of the backend.</summary>
    public int ProcessId { get; }

    /// <summary>Secret of the backend.</summary>
    public ReadOnlySpan<byte> Secret { get; }

    /// <summary>Reads the message.</summary>
    /// <exception cref="ProtocolViolationException">The secret is shorter or longer than any version allows.</exception>
    public static BackendKeyData Read(ref PayloadReader body)
    {
        var processId = body.ReadInt32();
        var secret = body.ReadBytes(body.RemainingLength);
        return secret.Length is >= MinimumSecretBytes and <= MaximumSecretBytes
            ? new BackendKeyData(processId, secret)
            : throw ProtocolViolationException.InvalidBackendKey(secret.Length);
    }
}
