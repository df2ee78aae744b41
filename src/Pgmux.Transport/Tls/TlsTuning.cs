namespace Pgmux.Transport.Tls;

/// <summary>Limits of an encrypted connection.</summary>
public sealed record TlsTuning
{
    /// <summary>
    /// Most clear bytes of one record. OpenSSL decrypts records whole, and libpq's asynchronous readers ask for 8 KiB at a time: what is left
    /// of a larger record wakes nobody. So not more than that.
    /// </summary>
    public int RecordBytes { get; init; } = 8 * 1024;

    /// <summary>Limits of what is not sent, on the clear side and once more on the encrypted one.</summary>
    public SocketTuning Socket { get; init; } = new();
}
