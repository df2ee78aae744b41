using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace Pgmux.Protocol;

/// <summary>
/// What PostgreSQL stores of a password under SCRAM-SHA-256: enough to check a login and to prove oneself to the client, not enough
/// to log in. Text form: <c>SCRAM-SHA-256$iterations:salt$storedKey:serverKey</c>.
/// </summary>
public sealed class ScramSecret
{
    /// <summary>Length of every SCRAM-SHA-256 key, proof and signature.</summary>
    public const int KeyBytes = SHA256.HashSizeInBytes;

    private const string Scheme = "SCRAM-SHA-256";

    private readonly byte[] _salt;
    private readonly byte[] _storedKey;
    private readonly byte[] _serverKey;

    /// <summary>Takes copies of the given parts.</summary>
    /// <exception cref="ArgumentException">No iterations, no salt, or a key that is not <see cref="KeyBytes"/> long.</exception>
    public ScramSecret(int iterations, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> storedKey, ReadOnlySpan<byte> serverKey)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        if (salt.IsEmpty || storedKey.Length != KeyBytes || serverKey.Length != KeyBytes)
        {
            throw new ArgumentException("A SCRAM secret has a salt and two keys of 32 bytes");
        }

        Iterations = iterations;
        _salt = salt.ToArray();
        _storedKey = storedKey.ToArray();
        _serverKey = serverKey.ToArray();
    }

    /// <summary>Rounds of PBKDF2 that the password went through.</summary>
    public int Iterations { get; }

    /// <summary>Salt of PBKDF2.</summary>
    public ReadOnlySpan<byte> Salt => _salt;

    /// <summary>Hash of the client key: checks a client's proof.</summary>
    public ReadOnlySpan<byte> StoredKey => _storedKey;

    /// <summary>Signs the exchange towards the client.</summary>
    public ReadOnlySpan<byte> ServerKey => _serverKey;

    /// <summary>
    /// The secret of a password. Slow by design (about 1 ms for 4,096 iterations): not for an event loop's thread.
    /// </summary>
    public static ScramSecret Derive(string password, ReadOnlySpan<byte> salt, int iterations) =>
        ScramKeys.Derive(password, salt, iterations).ToSecret(salt, iterations);

    /// <summary>Reads the text form; false for anything that PostgreSQL would not take for a SCRAM secret.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out ScramSecret? secret)
    {
        secret = null;
        Span<Range> parts = stackalloc Range[4];
        if (text.Split(parts, '$') != 3 || !text[parts[0]].SequenceEqual(Scheme))
        {
            return false;
        }

        var cost = text[parts[1]];
        var keys = text[parts[2]];
        var costColon = cost.IndexOf(':');
        var keysColon = keys.IndexOf(':');
        if (costColon < 0 || keysColon < 0
            || !int.TryParse(cost[..costColon], NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations < 1
            || !ScramBase64.TryDecode(cost[(costColon + 1)..], out var salt) || salt.Length == 0
            || !ScramBase64.TryDecode(keys[..keysColon], out var storedKey) || storedKey.Length != KeyBytes
            || !ScramBase64.TryDecode(keys[(keysColon + 1)..], out var serverKey) || serverKey.Length != KeyBytes)
        {
            return false;
        }

        secret = new ScramSecret(iterations, salt, storedKey, serverKey);
        return true;
    }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is no SCRAM secret; the message does not repeat it.</exception>
    public static ScramSecret Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var secret) ? secret : throw new FormatException("not a SCRAM-SHA-256 secret");

    /// <summary>The text form, as PostgreSQL stores it. A secret: not for logs, console rows or errors.</summary>
    public string ToSecretText() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Scheme}${Iterations}:{Convert.ToBase64String(_salt)}${Convert.ToBase64String(_storedKey)}:{Convert.ToBase64String(_serverKey)}");

    /// <summary>Names the kind only, so that no log line can carry the keys by accident.</summary>
    public override string ToString() => Scheme;
}
