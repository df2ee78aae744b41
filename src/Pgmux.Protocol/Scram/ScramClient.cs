using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pgmux.Protocol;

/// <summary>
/// The proving side of one SCRAM-SHA-256 exchange, with or without channel binding. Keys come from outside, so that nothing slow happens here
/// and captured keys serve as well as a password. Source: RFC 5802 and 7677.
/// </summary>
public sealed class ScramClient
{
    private readonly string _gs2Header;
    private readonly byte[] _bindingData;
    private readonly string _clientNonce;
    private readonly string _clientFirstBare;
    private byte[] _serverFirst = [];
    private byte[] _salt = [];
    private string _nonce = "";
    private byte[] _authMessage = [];
    private byte[] _serverKey = [];

    /// <summary>Starts an exchange with a random nonce.</summary>
    /// <param name="binding">What there is to bind to, and whether the mechanism that does it was chosen; null for a connection in clear.</param>
    public ScramClient(ScramBinding? binding = null)
        : this("", ScramNonce.Create(), binding)
    {
    }

    internal ScramClient(string user, string clientNonce, ScramBinding? binding = null)
    {
        // y: the client could bind and believes that the server cannot. A server that did offer it, to whom somebody in between has
        // listened otherwise, then refuses. No other identity is ever asked for.
        _gs2Header = binding is not { IsOffered: true } ? "n,," : binding.IsChosen ? "p=tls-server-end-point,," : "y,,";
        _bindingData = binding is { IsChosen: true } ? binding.Data : [];
        _clientNonce = clientNonce;

        // PostgreSQL takes the user from the startup packet; libpq leaves the name here empty as well.
        _clientFirstBare = $"n={user},r={clientNonce}";
    }

    /// <summary>Iterations that the server asks for.</summary>
    public int Iterations { get; private set; }

    /// <summary>The server's salt.</summary>
    public ReadOnlySpan<byte> Salt => _salt;

    /// <summary>The first message.</summary>
    public byte[] CreateClientFirst() => Encoding.ASCII.GetBytes(_gs2Header + _clientFirstBare);

    /// <summary>Takes the server's first message: salt, iterations and the nonce of both.</summary>
    public ScramServerFirstOutcome HandleServerFirst(ReadOnlySpan<byte> message)
    {
        if (message.Length > ScramLimits.MaximumMessageBytes)
        {
            return ScramServerFirstOutcome.Malformed;
        }

        var attributes = new ScramAttributeReader(message);
        if (!attributes.TryRead((byte)'r', out var nonce) || !ScramAttributeReader.IsNonce(nonce)
            || !attributes.TryRead((byte)'s', out var salt) || !ScramBase64.TryDecode(salt, out var saltBytes) || saltBytes.Length == 0
            || !attributes.TryRead((byte)'i', out var iterations)
            || !TryParseIterations(iterations, out var iterationCount))
        {
            return ScramServerFirstOutcome.Malformed;
        }

        if (!nonce.StartsWith(Encoding.ASCII.GetBytes(_clientNonce)))
        {
            return ScramServerFirstOutcome.NonceMismatch;
        }

        if (iterationCount > ScramLimits.MaximumIterations)
        {
            return ScramServerFirstOutcome.TooManyIterations;
        }

        _serverFirst = message.ToArray();
        _nonce = Encoding.ASCII.GetString(nonce);
        _salt = saltBytes;
        Iterations = iterationCount;
        return ScramServerFirstOutcome.Accepted;
    }

    /// <summary>The message with the proof, made with keys for <see cref="Salt"/> and <see cref="Iterations"/>.</summary>
    public byte[] CreateClientFinal(ScramKeys keys)
    {
        if (_serverFirst.Length == 0)
        {
            throw new InvalidOperationException("the server's first message has not come");
        }

        byte[] channelBinding = [.. Encoding.ASCII.GetBytes(_gs2Header), .. _bindingData];
        var withoutProof = $"c={Convert.ToBase64String(channelBinding)},r={_nonce}";
        _authMessage = ScramCryptography.AuthMessage(
            Encoding.ASCII.GetBytes(_clientFirstBare), _serverFirst, Encoding.ASCII.GetBytes(withoutProof));
        _serverKey = keys.ServerKey.ToArray();
        var proof = ScramCryptography.HideKey(keys.ClientKey, keys.StoredKey, _authMessage);
        return Encoding.ASCII.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    /// <summary>Takes the server's last message and checks that the server knows the secret too.</summary>
    public ScramServerFinalOutcome HandleServerFinal(ReadOnlySpan<byte> message)
    {
        var attributes = new ScramAttributeReader(message);
        if (_serverKey.Length == 0 || message.Length > ScramLimits.MaximumMessageBytes || !attributes.TryReadAny(out var name, out var value))
        {
            return ScramServerFinalOutcome.Malformed;
        }

        if (name == (byte)'e')
        {
            return ScramServerFinalOutcome.ServerError;
        }

        if (name != (byte)'v' || !ScramBase64.TryDecode(value, out var signature))
        {
            return ScramServerFinalOutcome.Malformed;
        }

        return CryptographicOperations.FixedTimeEquals(signature, HMACSHA256.HashData(_serverKey, _authMessage))
            ? ScramServerFinalOutcome.Verified
            : ScramServerFinalOutcome.WrongSignature;
    }

    /// <summary>A count too large for an int is still a count, and too large.</summary>
    private static bool TryParseIterations(ReadOnlySpan<byte> text, out int iterations)
    {
        iterations = int.MaxValue;
        if (text.IsEmpty || text.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed))
        {
            iterations = parsed;
        }

        return iterations > 0;
    }
}
