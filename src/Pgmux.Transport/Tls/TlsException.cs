using System.Security.Authentication;

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

        return cause switch
        {
            IOException => new TlsException("unexpected eof", failure),
            AuthenticationException when failure.Message.Contains("cert", StringComparison.OrdinalIgnoreCase) =>
                new TlsException("certificate verify failed", failure),
            AuthenticationException when failure.Message.Contains("frame", StringComparison.OrdinalIgnoreCase) =>
                new TlsException("what came is no TLS", failure),
            _ => new TlsException(cause.Message, failure),
        };
    }
}
