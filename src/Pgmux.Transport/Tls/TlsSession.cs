using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pgmux.Transport.Tls;

/// <summary>What a TLS handshake has agreed on.</summary>
public sealed class TlsSession
{
    // Signatures by a longer hash than SHA-256: RSA and ECDSA with SHA-384, the same with SHA-512.
    private static readonly string[] SignedWithSha384 = ["1.2.840.113549.1.1.12", "1.2.840.10045.4.3.3"];
    private static readonly string[] SignedWithSha512 = ["1.2.840.113549.1.1.13", "1.2.840.10045.4.3.4"];

    private readonly SslStream _stream;

    internal TlsSession(SslStream stream) => _stream = stream;

    /// <summary>The version.</summary>
    public SslProtocols Protocol => _stream.SslProtocol;

    /// <summary>The cipher suite, by the name that IANA has for it.</summary>
    public TlsCipherSuite CipherSuite => _stream.NegotiatedCipherSuite;

    /// <summary>Version and cipher suite as PgBouncer writes them: "TLSv1.3/TLS_AES_256_GCM_SHA384".</summary>
    public override string ToString() => $"{(Protocol == SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2")}/{CipherSuite}";

    /// <summary>What ALPN has chosen; empty when one side did not speak of it.</summary>
    public ReadOnlyMemory<byte> ApplicationProtocol => _stream.NegotiatedApplicationProtocol.Protocol;

    /// <summary>The certificate that the peer has shown; null when it showed none.</summary>
    public X509Certificate2? PeerCertificate => _stream.RemoteCertificate as X509Certificate2;

    /// <summary>Whom the peer's certificate names; empty when that is nobody, null when it showed none.</summary>
    public string? PeerName => PeerCertificate is { } certificate ? CertificateSubject.CommonNameOf(certificate) : null;

    /// <summary>
    /// The server certificate's hash, which both ends know and nobody between them can have: tls-server-end-point of RFC 5929, what
    /// SCRAM-SHA-256-PLUS binds to. By the hash that the certificate is signed with, SHA-256 in place of MD5 and SHA-1.
    /// </summary>
    public byte[] ServerEndPointBinding
    {
        get
        {
            var certificate = _stream.IsServer ? _stream.LocalCertificate : _stream.RemoteCertificate;
            return certificate is X509Certificate2 server ? BindingOf(server) : [];
        }
    }

    private static byte[] BindingOf(X509Certificate2 certificate)
    {
        var signature = certificate.SignatureAlgorithm.Value;
        var bytes = certificate.RawDataMemory.Span;
        return SignedWithSha384.Contains(signature) ? SHA384.HashData(bytes)
            : SignedWithSha512.Contains(signature) ? SHA512.HashData(bytes)
            : SHA256.HashData(bytes);
    }
}
