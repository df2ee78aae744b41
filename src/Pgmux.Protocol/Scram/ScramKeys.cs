using System.Security.Cryptography;

namespace Pgmux.Protocol;

/// <summary>
/// What a password gives under one salt and iteration count. With the client key one can log in as with the password; pgmux recovers it
/// from a client's proof and logs in to servers with it.
/// </summary>
public sealed class ScramKeys
{
    private readonly byte[] _clientKey;
    private readonly byte[] _serverKey;

    /// <summary>Takes copies of both keys.</summary>
    /// <exception cref="ArgumentException">A key is not <see cref="ScramSecret.KeyBytes"/> long.</exception>
    public ScramKeys(ReadOnlySpan<byte> clientKey, ReadOnlySpan<byte> serverKey)
    {
        if (clientKey.Length != ScramSecret.KeyBytes || serverKey.Length != ScramSecret.KeyBytes)
        {
            throw new ArgumentException("SCRAM keys have 32 bytes");
        }

        _clientKey = clientKey.ToArray();
        _serverKey = serverKey.ToArray();
    }

    /// <summary>Makes proofs.</summary>
    public ReadOnlySpan<byte> ClientKey => _clientKey;

    /// <summary>Makes and checks the server's signature.</summary>
    public ReadOnlySpan<byte> ServerKey => _serverKey;

    /// <summary>Hash of the client key.</summary>
    public byte[] StoredKey => SHA256.HashData(_clientKey);

    /// <summary>
    /// Derives the keys of a password. Slow by design (about 1 ms for 4,096 iterations): not for an event loop's thread.
    /// </summary>
    public static ScramKeys Derive(string password, ReadOnlySpan<byte> salt, int iterations)
    {
        var prepared = SaslPrep.Prepare(WireText.Encode(password));
        var saltedPassword = Rfc2898DeriveBytes.Pbkdf2(prepared, salt, iterations, HashAlgorithmName.SHA256, ScramSecret.KeyBytes);
        return new ScramKeys(
            HMACSHA256.HashData(saltedPassword, "Client Key"u8), HMACSHA256.HashData(saltedPassword, "Server Key"u8));
    }

    /// <summary>The secret that a server stores for these keys.</summary>
    public ScramSecret ToSecret(ReadOnlySpan<byte> salt, int iterations) => new(iterations, salt, StoredKey, _serverKey);

    /// <summary>Whether the keys belong to <paramref name="secret"/>.</summary>
    public bool Match(ScramSecret secret) => CryptographicOperations.FixedTimeEquals(StoredKey, secret.StoredKey);

    /// <summary>Names the kind only, so that no log line can carry the keys by accident.</summary>
    public override string ToString() => "SCRAM-SHA-256 keys";
}
