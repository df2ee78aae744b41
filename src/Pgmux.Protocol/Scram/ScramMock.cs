using System.Security.Cryptography;

namespace Pgmux.Protocol;

/// <summary>
/// Salts and secrets that depend on nothing but the user's name and a secret of the process. A name that does not exist gets the same
/// salt each time, as one that exists does, so the exchange does not tell them apart.
/// </summary>
public sealed class ScramMock
{
    private readonly byte[] _processSecret;

    /// <summary>Takes a copy of the secret, which nobody outside may know.</summary>
    public ScramMock(ReadOnlySpan<byte> processSecret)
    {
        _processSecret = processSecret.ToArray();
    }

    /// <summary>With a random secret.</summary>
    public ScramMock()
        : this(RandomNumberGenerator.GetBytes(ScramSecret.KeyBytes))
    {
    }

    /// <summary>Salt for a user.</summary>
    public byte[] SaltFor(string user) => Derive("salt", user)[..ScramLimits.SaltBytes];

    /// <summary>A secret that no password fits.</summary>
    public ScramSecret SecretFor(string user, int iterations) =>
        new(iterations, SaltFor(user), Derive("stored key", user), Derive("server key", user));

    /// <summary>Text that nobody can guess.</summary>
    public string PasswordFor(string user) => Convert.ToBase64String(Derive("password", user));

    private byte[] Derive(string purpose, string user) => HMACSHA256.HashData(_processSecret, WireText.Encode($"{purpose}\0{user}"));
}
