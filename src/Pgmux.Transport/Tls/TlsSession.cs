using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Pgmux.Transport.Tls;

/// <summary>What a TLS handshake has agreed on.</summary>
public sealed class TlsSession
{
    private readonly SslStream _stream;

    internal TlsSession(SslStream stream) => _stream = stream;

    /// <summary>The version.</summary>
    public SslProtocols Protocol => _stream.SslProtocol;

    /// <summary>The cipher suite, by the name that IANA has for it.</summary>
    public TlsCipherSuite CipherSuite => _stream.NegotiatedCipherSuite;

    /// <summary>Version and cipher suite as PgBouncer writes them: "TLSv1.3/TLS_AES_256_GCM_SHA384", "TLSv1.2/ECDHE-RSA-AES256-GCM-SHA384".</summary>
    public override string ToString() => $"{(Protocol == SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2")}/{CipherSuiteName.Of(CipherSuite)}";

    /// <summary>What ALPN has chosen; empty when one side did not speak of it.</summary>
    public ReadOnlyMemory<byte> ApplicationProtocol => _stream.NegotiatedApplicationProtocol.Protocol;

    /// <summary>The certificate that the peer has shown; null when it showed none.</summary>
    public X509Certificate2? PeerCertificate => _stream.RemoteCertificate as X509Certificate2;

    /// <summary>Whom the peer's certificate names; empty when that is nobody, null when it showed none.</summary>
    public string? PeerName => PeerCertificate is { } certificate ? CertificateSubject.CommonNameOf(certificate) : null;

    /// <summary>
    /// The server certificate's hash, which both ends know and nobody between them can have: tls-server-end-point of RFC 5929, what
    /// SCRAM-SHA-256-PLUS binds to. Empty where the certificate has none: then nothing is bound.
    /// </summary>
    public byte[] ServerEndPointBinding
    {
        get
        {
            var certificate = _stream.IsServer ? _stream.LocalCertificate : _stream.RemoteCertificate;
            return certificate is X509Certificate2 server ? CertificateHash.Of(server) : [];
        }
    }
}
