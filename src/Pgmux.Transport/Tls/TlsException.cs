namespace Pgmux.Transport.Tls;

/// <summary>A TLS handshake has failed; the message says why, in words of the TLS library where it has some.</summary>
public sealed class TlsException(string message, Exception? innerException = null) : Exception(message, innerException);
