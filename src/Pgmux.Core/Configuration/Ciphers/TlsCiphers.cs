using System.Net.Security;

namespace Pgmux.Core.Configuration.Ciphers;

/// <summary>Cipher suites that may be used, of one version of TLS.</summary>
/// <param name="Text">As the operator wrote it; equal texts are equal.</param>
internal sealed record TlsCiphers(string Text)
{
    /// <summary>Those of the system's OpenSSL.</summary>
    public static readonly TlsCiphers Default = new("default");

    /// <summary>The suites, the most wanted first; null are those of the system's OpenSSL.</summary>
    public IReadOnlyList<TlsCipherSuite>? Suites { get; init; }

    /// <summary>Words of the text that mean nothing, and were passed over.</summary>
    public IReadOnlyList<string> UnknownWords { get; init; } = [];

    /// <summary>What a handshake needs; null when the system's OpenSSL decides.</summary>
    /// <param name="tls12">Suites of TLS 1.2.</param>
    /// <param name="tls13">Suites of TLS 1.3; null are OpenSSL's.</param>
    public static CipherSuitesPolicy? PolicyOf(TlsCiphers tls12, TlsCiphers? tls13) => tls12.Suites is null && tls13?.Suites is null
        ? null
        : new CipherSuitesPolicy([.. tls13?.Suites ?? CipherSuites.DefaultTls13, .. tls12.Suites ?? CipherSuites.DefaultTls12]);

    /// <inheritdoc/>
    public bool Equals(TlsCiphers? other) => other is not null && other.Text == Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
}
