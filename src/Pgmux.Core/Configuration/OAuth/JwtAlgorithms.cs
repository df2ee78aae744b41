namespace Pgmux.Core.Configuration.OAuth;

/// <summary>
/// How tokens may be signed: only so that whoever can check a signature cannot make one. "none" and HMAC are not among them, so neither an
/// unsigned token passes nor one whose secret is the public key (RFC 8725, 2.1). Source of the names: RFC 7518, 3.1.
/// </summary>
internal static class JwtAlgorithms
{
    private static readonly string[] OfRsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

    // Each belongs to one curve.
    private static readonly (string Algorithm, string Curve)[] OfCurves = [("ES256", "P-256"), ("ES384", "P-384"), ("ES512", "P-521")];

    /// <summary>Whether it is one of them; names are case-sensitive.</summary>
    public static bool Contains(string? name) => name is not null && (FitsRsa(name) || OfCurves.Any(known => known.Algorithm == name));

    /// <summary>Whether an RSA key can check such signatures.</summary>
    public static bool FitsRsa(string algorithm) => OfRsa.Contains(algorithm);

    /// <summary>Whether a key on this curve can check such signatures.</summary>
    public static bool FitsCurve(string algorithm, string curve) => OfCurves.Contains((algorithm, curve));
}
