using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Pgmux.Core.Configuration.OAuth;

/// <summary>
/// Reads a file with the public keys of an issuer of tokens (JWKS, RFC 7517). Keys that are of no use here are left out: others read the
/// same file.
/// </summary>
internal static class JwksReader
{
    /// <summary>An issuer has a few keys of a KiB, or two with their certificates.</summary>
    public const long LargestFileBytes = 1024 * 1024;

    /// <summary>A token without the name of a key is held against all that fit it.</summary>
    public const int MostKeys = 100;

    /// <summary>The least that RFC 7518 (3.3) allows.</summary>
    private const int LeastRsaBits = 2048;

    /// <summary>The keys; null when the file cannot be used.</summary>
    /// <param name="path">The file.</param>
    /// <param name="oddities">What is worth a warning, as half sentences.</param>
    /// <param name="problem">Why the file cannot be used, as half a sentence.</param>
    public static JwtKeys? Read(string path, ICollection<string> oddities, out string problem) =>
        BoundedFile.Read(path, LargestFileBytes, out problem) is { } bytes ? Parse(bytes, oddities, out problem) : null;

    /// <summary>The same of a file's content.</summary>
    public static JwtKeys? Parse(ReadOnlySpan<byte> content, ICollection<string> oddities, out string problem)
    {
        JsonWebKeySet set;
        try
        {
            set = new JsonWebKeySet(Encoding.UTF8.GetString(content));
        }
        catch (ArgumentException)
        {
            // What the library says quotes the file.
            problem = "is no JWKS: expected JSON of the form {\"keys\": [...]}";
            return null;
        }

        var keys = new List<JwtKey>();
        foreach (var key in set.Keys)
        {
            if (!IsForSignatures(key))
            {
                continue;
            }

            if (Create(key) is { } usable)
            {
                keys.Add(usable);
            }
            else
            {
                oddities.Add($"has a key \"{Show(key.Kid)}\" of the type \"{Show(key.Kty)}\" that is not used: it must be RSA of {LeastRsaBits} bits or more, or EC on P-256, P-384 or P-521");
            }

            if (key.HasPrivateKey)
            {
                oddities.Add($"has the private key of \"{Show(key.Kid)}\", which belongs to the issuer alone");
            }
        }

        problem = keys.Count == 0 ? "has no key by which signatures can be checked"
            : keys.Count > MostKeys ? $"has more than {MostKeys} keys, the most that are read"
            : "";
        return problem.Length == 0 ? new JwtKeys([.. keys]) : null;
    }

    private static bool IsForSignatures(JsonWebKey key) =>
        string.IsNullOrEmpty(key.Use) ? key.KeyOps.Count == 0 || key.KeyOps.Contains("verify") : key.Use == "sig";

    // Only what is public of it.
    private static JwtKey? Create(JsonWebKey key)
    {
        var id = string.IsNullOrEmpty(key.Kid) ? null : key.Kid;
        var algorithm = string.IsNullOrEmpty(key.Alg) ? null : key.Alg;
        try
        {
            var created = key.Kty switch
            {
                "RSA" => new JwtKey(new RSAParameters { Modulus = Decode(key.N), Exponent = Decode(key.E) }) { Id = id, Algorithm = algorithm },
                "EC" when CurveOf(key.Crv) is { } curve =>
                    new JwtKey(new ECParameters { Curve = curve, Q = new ECPoint { X = Decode(key.X), Y = Decode(key.Y) } }, key.Crv) { Id = id, Algorithm = algorithm },
                _ => null,
            };
            using var opened = created?.Open();
            return opened is RSA { KeySize: < LeastRsaBits } ? null : created;
        }
        catch (Exception e) when (e is CryptographicException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static byte[] Decode(string? text) =>
        string.IsNullOrEmpty(text) ? throw new FormatException("a part of the key is missing") : Base64UrlEncoder.DecodeBytes(text);

    // On one line, whatever is in it.
    private static string Show(string? text) => JsonEncodedText.Encode(text ?? "").ToString();

    private static ECCurve? CurveOf(string? name) => name switch
    {
        "P-256" => ECCurve.NamedCurves.nistP256,
        "P-384" => ECCurve.NamedCurves.nistP384,
        "P-521" => ECCurve.NamedCurves.nistP521,
        _ => null,
    };
}
