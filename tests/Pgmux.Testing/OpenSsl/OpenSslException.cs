namespace Pgmux.Testing.OpenSsl;

/// <summary>OpenSSL has refused, or the peer has; the message is OpenSSL's reason.</summary>
internal sealed class OpenSslException(string message) : Exception(message);
