using System.Security.Cryptography;

namespace Pgmux.Core.Configuration.OAuth;

/// <summary>A public key of an issuer of tokens; immutable.</summary>
internal sealed class JwtKey
{
    private readonly RSAParameters? _rsa;
    private readonly ECParameters? _curve;
    private readonly string _curveName = "";

    /// <summary>A key of RSA.</summary>
    public JwtKey(RSAParameters rsa) => _rsa = rsa;

    /// <summary>A key on a curve.</summary>
    public JwtKey(ECParameters curve, string name) => (_curve, _curveName) = (curve, name);

    /// <summary>Its name (kid); null has none.</summary>
    public string? Id { get; init; }

    /// <summary>The only algorithm that it is for (alg); null is for all that fit it.</summary>
    public string? Algorithm { get; init; }

    /// <summary>Whether signatures by this algorithm may be checked with it.</summary>
    public bool Fits(string algorithm) =>
        (Algorithm is null || Algorithm == algorithm)
        && (_rsa is not null ? JwtAlgorithms.FitsRsa(algorithm) : JwtAlgorithms.FitsCurve(algorithm, _curveName));

    /// <summary>The key, for one thread.</summary>
    /// <exception cref="CryptographicException">It is no key.</exception>
    public AsymmetricAlgorithm Open() => _rsa is { } rsa ? RSA.Create(rsa) : ECDsa.Create(_curve!.Value);
}
