using System.Security.Authentication;

namespace Pgmux.Core.Configuration;

/// <summary>Versions of TLS that may be used.</summary>
/// <param name="Text">As the operator wrote it.</param>
/// <param name="Versions">What that means.</param>
internal sealed record TlsProtocols(string Text, SslProtocols Versions)
{
    /// <summary>Those without known weakness: 1.2 and 1.3.</summary>
    public static readonly TlsProtocols Secure = new("secure", SslProtocols.Tls12 | SslProtocols.Tls13);
}
