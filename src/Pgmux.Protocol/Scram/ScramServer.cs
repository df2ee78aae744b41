using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pgmux.Protocol;

/// <summary>
/// The verifying side of one SCRAM-SHA-256 exchange, with or without channel binding. For a user that does not exist it goes through the same
/// steps with a made-up secret (<see cref="ScramMock"/>) and refuses at the end. Source: RFC 5802 and 7677.
/// </summary>
public sealed class ScramServer
{
    private readonly ScramSecret _secret;
    private readonly bool _isMock;
    private readonly ScramBinding _binding;
    private readonly string _serverNonce;
    private byte[] _clientFirstBare = [];
    private byte[] _serverFirst = [];
    private byte[] _nonce = [];
    private byte[] _channelBinding = [];

    /// <summary>Starts an exchange with a random nonce. A mock never succeeds, whatever the client proves.</summary>
    public ScramServer(ScramSecret secret, bool isMock = false, ScramBinding? binding = null)
        : this(secret, isMock, ScramNonce.Create(), binding)
    {
    }

    internal ScramServer(ScramSecret secret, bool isMock, string serverNonce, ScramBinding? binding = null)
    {
        _binding = binding ?? ScramBinding.Impossible;
        _secret = secret;
        _isMock = isMock;
        _serverNonce = serverNonce;
    }

    /// <summary>After success: the client's keys, good for logging in to servers that hold the same secret.</summary>
    public ScramKeys? Keys { get; private set; }

    /// <summary>Takes the client's first message and makes the answer.</summary>
    public ScramOutcome HandleClientFirst(ReadOnlySpan<byte> message, out byte[] serverFirst)
    {
        serverFirst = [];
        if (message.Length > ScramLimits.MaximumMessageBytes || !TryReadGs2Header(message, out var headerLength))
        {
            return ScramOutcome.Malformed;
        }

        if (message[0] == (byte)'y' && _binding.IsOffered)
        {
            return ScramOutcome.Downgraded;
        }

        // The user name inside is ignored, as in PostgreSQL: the one of the startup packet counts. A mandatory extension (m=) would
        // stand in its place and is refused with everything else that is unknown there.
        var bare = message[headerLength..];
        var attributes = new ScramAttributeReader(bare);
        if (!attributes.TryRead((byte)'n', out _) || !attributes.TryRead((byte)'r', out var clientNonce)
            || !ScramAttributeReader.IsNonce(clientNonce) || !TrySkipExtensions(ref attributes))
        {
            return ScramOutcome.Malformed;
        }

        var header = message[..headerLength];
        _channelBinding = Encoding.ASCII.GetBytes(Convert.ToBase64String(_binding.IsChosen ? [.. header, .. _binding.Data] : header));
        _clientFirstBare = bare.ToArray();
        _nonce = [.. clientNonce, .. Encoding.ASCII.GetBytes(_serverNonce)];
        _serverFirst = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"r={Encoding.ASCII.GetString(_nonce)},s={Convert.ToBase64String(_secret.Salt)},i={_secret.Iterations}"));
        serverFirst = _serverFirst;
        return ScramOutcome.Continue;
    }

    /// <summary>Takes the client's proof; after success <paramref name="serverFinal"/> proves the server's knowledge to the client.</summary>
    public ScramOutcome HandleClientFinal(ReadOnlySpan<byte> message, out byte[] serverFinal)
    {
        serverFinal = [];
        var attributes = new ScramAttributeReader(message);
        if (_nonce.Length == 0 || message.Length > ScramLimits.MaximumMessageBytes
            || !attributes.TryRead((byte)'c', out var channelBinding))
        {
            return ScramOutcome.Malformed;
        }

        if (!CryptographicOperations.FixedTimeEquals(channelBinding, _channelBinding))
        {
            return _binding.IsChosen ? ScramOutcome.WrongBinding : ScramOutcome.Malformed;
        }

        if (!attributes.TryRead((byte)'r', out var nonce) || !CryptographicOperations.FixedTimeEquals(nonce, _nonce)
            || !TryReadProof(ref attributes, out var proof))
        {
            return ScramOutcome.Malformed;
        }

        var authMessage = ScramCryptography.AuthMessage(_clientFirstBare, _serverFirst, message[..attributes.LengthBeforeLast]);

        // One proof for each exchange: a replayed final message finds no nonce to match.
        _nonce = [];
        var clientKey = ScramCryptography.HideKey(proof, _secret.StoredKey, authMessage);
        var signature = HMACSHA256.HashData(_secret.ServerKey, authMessage);
        var isProved = CryptographicOperations.FixedTimeEquals(SHA256.HashData(clientKey), _secret.StoredKey);
        if (!isProved || _isMock)
        {
            return ScramOutcome.WrongProof;
        }

        Keys = new ScramKeys(clientKey, _secret.ServerKey);
        serverFinal = Encoding.ASCII.GetBytes($"v={Convert.ToBase64String(signature)}");
        return ScramOutcome.Succeeded;
    }

    /// <summary>
    /// The header tells of channel binding: <c>n</c>, the client has none; <c>y</c>, it believes that the server has none; <c>p</c>, it binds,
    /// which belongs to the mechanism that does and to no other. Another identity (<c>a=</c>) is never granted.
    /// </summary>
    private bool TryReadGs2Header(ReadOnlySpan<byte> message, out int length)
    {
        var binds = "p=tls-server-end-point,,"u8;
        length = _binding.IsChosen ? binds.Length : "n,,".Length;
        return _binding.IsChosen ? message.StartsWith(binds) : message.StartsWith("n,,"u8) || message.StartsWith("y,,"u8);
    }

    private static bool TrySkipExtensions(ref ScramAttributeReader attributes)
    {
        while (!attributes.IsAtEnd)
        {
            if (!attributes.TryReadAny(out var name, out _) || name == (byte)'m')
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryReadProof(ref ScramAttributeReader attributes, out byte[] proof)
    {
        proof = [];
        while (attributes.TryReadAny(out var name, out var value) && name != (byte)'m')
        {
            if (name == (byte)'p')
            {
                return attributes.IsAtEnd && ScramBase64.TryDecode(value, out proof) && proof.Length == ScramSecret.KeyBytes;
            }
        }

        return false;
    }
}
