using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pgmux.Testing.OAuth;

/// <summary>
/// An issuer of tokens with a key of RSA and one on each curve. Written by the RFCs and apart from the library under test on purpose: one
/// misreading must not cancel out. One for all tests, as making keys takes long.
/// </summary>
internal sealed class TestIssuer
{
    public const string Name = "https://issuer.example.net";
    public const string Audience = "pgmux";

    /// <summary>The issuer whose keys stand in the files of keys.</summary>
    public static readonly TestIssuer Known = new();

    /// <summary>Another one, whose keys have the same names.</summary>
    public static readonly TestIssuer Other = new();

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly Dictionary<string, ECDsa> _curves = new()
    {
        ["ES256"] = ECDsa.Create(ECCurve.NamedCurves.nistP256),
        ["ES384"] = ECDsa.Create(ECCurve.NamedCurves.nistP384),
        ["ES512"] = ECDsa.Create(ECCurve.NamedCurves.nistP521),
    };

    /// <summary>Names of its algorithms.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    /// <summary>Its keys as a JWKS.</summary>
    public string Jwks => JwksOf([RsaKey(), .. _curves.Keys.Select(CurveKey)]);

    /// <summary>The public key of RSA as bytes in PEM: what an attacker would take for the secret of HMAC.</summary>
    public byte[] RsaPem => Encoding.ASCII.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem());

    /// <summary>Its modulus, as it stands in the JWKS.</summary>
    public byte[] RsaModulus => _rsa.ExportParameters(false).Modulus!;

    /// <summary>A JWKS of these keys.</summary>
    public static string JwksOf(params JsonObject[] keys) => new JsonObject { ["keys"] = new JsonArray([.. keys]) }.ToJsonString();

    /// <summary>The key of RSA, named "rsa".</summary>
    public JsonObject RsaKey(bool isPrivate = false)
    {
        var parameters = _rsa.ExportParameters(isPrivate);
        var key = new JsonObject { ["kty"] = "RSA", ["kid"] = "rsa", ["n"] = Encode(parameters.Modulus!), ["e"] = Encode(parameters.Exponent!) };
        if (isPrivate)
        {
            foreach (var (name, value) in new[]
            {
                ("d", parameters.D), ("p", parameters.P), ("q", parameters.Q), ("dp", parameters.DP), ("dq", parameters.DQ), ("qi", parameters.InverseQ),
            })
            {
                key[name] = Encode(value!);
            }
        }

        return key;
    }

    /// <summary>The key for one of ES256, ES384 and ES512, named after it.</summary>
    public JsonObject CurveKey(string algorithm)
    {
        var parameters = _curves[algorithm].ExportParameters(false);
        var curve = algorithm switch { "ES256" => "P-256", "ES384" => "P-384", _ => "P-521" };
        return new JsonObject { ["kty"] = "EC", ["crv"] = curve, ["kid"] = algorithm, ["x"] = Encode(parameters.Q.X!), ["y"] = Encode(parameters.Q.Y!) };
    }

    /// <summary>The claims of a token that is good from a minute ago until an hour from now.</summary>
    public static JsonObject ClaimsOf(string user, DateTimeOffset now) => new()
    {
        ["iss"] = Name,
        ["aud"] = Audience,
        ["sub"] = user,
        ["iat"] = now.AddMinutes(-1).ToUnixTimeSeconds(),
        ["nbf"] = now.AddMinutes(-1).ToUnixTimeSeconds(),
        ["exp"] = now.AddHours(1).ToUnixTimeSeconds(),
    };

    /// <summary>A good token of this user.</summary>
    public string TokenOf(string user, DateTimeOffset now) => Sign(ClaimsOf(user, now));

    /// <summary>Signs claims, with the name of the key in the header.</summary>
    public string Sign(JsonNode claims, string algorithm = "RS256") => Sign(claims, HeaderOf(algorithm, KeyNameOf(algorithm)), algorithm);

    /// <summary>Signs claims under a header that may say anything.</summary>
    public string Sign(JsonNode claims, JsonObject header, string algorithm) => Sign($"{Encode(header.ToJsonString())}.{Encode(claims.ToJsonString())}", algorithm);

    /// <summary>A header; without a name of a key when that is null.</summary>
    public static JsonObject HeaderOf(string algorithm, string? key)
    {
        var header = new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT" };
        if (key is not null)
        {
            header["kid"] = key;
        }

        return header;
    }

    /// <summary>The name of the key for an algorithm.</summary>
    public static string KeyNameOf(string algorithm) => algorithm[0] == 'E' ? algorithm : "rsa";

    /// <summary>A token that somebody has signed with a secret of HMAC, or with none.</summary>
    public static string SignWithSecret(JsonNode claims, string algorithm, byte[] secret)
    {
        var head = $"{Encode(HeaderOf(algorithm, "rsa").ToJsonString())}.{Encode(claims.ToJsonString())}";
        var signature = algorithm switch
        {
            "HS256" => HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(head)),
            "HS384" => HMACSHA384.HashData(secret, Encoding.ASCII.GetBytes(head)),
            "HS512" => HMACSHA512.HashData(secret, Encoding.ASCII.GetBytes(head)),
            _ => [],
        };
        return $"{head}.{Encode(signature)}";
    }

    /// <summary>base64url without padding.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    private static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    private string Sign(string head, string algorithm)
    {
        var hash = algorithm[2..] switch { "256" => HashAlgorithmName.SHA256, "384" => HashAlgorithmName.SHA384, _ => HashAlgorithmName.SHA512 };
        var data = Encoding.ASCII.GetBytes(head);
        lock (_rsa)
        {
            var signature = algorithm[0] switch
            {
                'E' => _curves[algorithm].SignData(data, hash),
                'P' => _rsa.SignData(data, hash, RSASignaturePadding.Pss),
                _ => _rsa.SignData(data, hash, RSASignaturePadding.Pkcs1),
            };
            return $"{head}.{Encode(signature)}";
        }
    }
}
