using System.Security.Cryptography;
using System.Text;

namespace Pgmux.Testing.FakePostgres;

/// <summary>
/// A server's side of SCRAM-SHA-256 by RFC 5802 and 7677, apart from the one under test. Salt and nonce are fixed: runs must repeat, and
/// nobody listens.
/// </summary>
/// <param name="password">The user's password; null for a user that does not exist, who always fails.</param>
/// <param name="number">Tells this login from others.</param>
internal sealed class ScramVerifier(string? password, int number)
{
    /// <summary>Its name among SASL mechanisms.</summary>
    public const string Mechanism = "SCRAM-SHA-256";

    // Real servers take 4096 and more: a simulated login is to be cheap.
    private const int Iterations = 1;
    private const int KeyBytes = 32;

    private static readonly byte[] Salt = "salt of the fake"u8.ToArray();

    private string _clientFirst = "";
    private string _serverFirst = "";

    /// <summary>Answers the client's first message; null when it is not one.</summary>
    public string? Continue(string clientFirst)
    {
        // n or y: the client wants no channel binding. Then an authorization identity, which PostgreSQL wants empty.
        if (clientFirst is not (['n', ',', ',', ..] or ['y', ',', ',', ..]) || Attribute(clientFirst[3..], 'r') is not { } nonce)
        {
            return null;
        }

        _clientFirst = clientFirst[3..];
        return _serverFirst = $"r={nonce}server-nonce-{number},s={Convert.ToBase64String(Salt)},i={Iterations}";
    }

    /// <summary>Answers the client's last message; null when the proof is wrong.</summary>
    public string? Finish(string clientFinal)
    {
        var end = clientFinal.LastIndexOf(",p=", StringComparison.Ordinal);
        if (password is null || end < 0 || Attribute(clientFinal, 'r') != Attribute(_serverFirst, 'r'))
        {
            return null;
        }

        var conversation = Encoding.UTF8.GetBytes($"{_clientFirst},{_serverFirst},{clientFinal[..end]}");
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, Salt, Iterations, HashAlgorithmName.SHA256, KeyBytes);
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        var signature = HMACSHA256.HashData(SHA256.HashData(clientKey), conversation);
        var proof = new byte[KeyBytes];
        var isProof = Convert.TryFromBase64String(clientFinal[(end + 3)..], proof, out var length)
            && length == KeyBytes
            && proof.Zip(signature, static (one, other) => (byte)(one ^ other)).SequenceEqual(clientKey);
        return isProof
            ? $"v={Convert.ToBase64String(HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), conversation))}"
            : null;
    }

    private static string? Attribute(string message, char name) =>
        message.Split(',').FirstOrDefault(part => part.StartsWith($"{name}=", StringComparison.Ordinal))?[2..];
}
