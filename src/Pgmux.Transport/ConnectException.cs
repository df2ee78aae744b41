namespace Pgmux.Transport;

/// <summary>A connection could not be opened. The message names the address and the kernel's reason.</summary>
public sealed class ConnectException(ConnectFailure reason, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>The address and the kernel's reason alone, for who tries several addresses and tells of all of them.</summary>
    public string Detail { get; init; } = message;

    /// <summary>The kind of failure.</summary>
    public ConnectFailure Reason { get; } = reason;
}
