namespace Pgmux.Transport.Tls;

/// <summary>A TLS handshake has failed; the message says why, in OpenSSL's words where it has some.</summary>
public sealed class TlsException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    private const string OpenSslError = "error:";

    // The program brings no texts of the runtime along, only their names; so what they mean is said here.
    internal static TlsException From(Exception failure)
    {
        var cause = failure.GetBaseException();
        if (cause.Message.StartsWith(OpenSslError, StringComparison.Ordinal))
        {
            // error:0A0000C1:SSL routines::no shared cipher
            return new TlsException(cause.Message[(cause.Message.LastIndexOf(':') + 1)..], failure);
        }

        return new TlsException(
            Says("eof") ? "unexpected eof"
            : Says("frame") ? "what came is no TLS"
            : Says("cert") ? "certificate verify failed"
            : cause.Message,
            failure);

        bool Says(string word) => failure.Message.Contains(word, StringComparison.OrdinalIgnoreCase);
    }
}
