using System.Buffers;

namespace Pgmux.Protocol;

/// <summary>
/// A client's first message in OAUTHBEARER: a header as in SCRAM, then pairs of name and value, of which only <c>auth</c> counts. Valid as
/// long as the message it was read from. Rules and texts are those of PostgreSQL 18 (auth-oauth.c).
/// </summary>
public readonly ref struct OAuthClientResponse
{
    private const byte Tilde = 0x7E;
    private const byte ExclamationMark = 0x21;

    private static readonly SearchValues<byte> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);
    private static readonly SearchValues<byte> ValueBytes =
        SearchValues.Create([.. " \t\r\n"u8, .. Enumerable.Range(ExclamationMark, Tilde - ExclamationMark + 1).Select(value => (byte)value)]);

    private OAuthClientResponse(ReadOnlySpan<byte> authorization)
    {
        Authorization = authorization;
    }

    /// <summary>The value of <c>auth</c>, as in the header Authorization of HTTP. Empty when the client only asks where tokens are to be had.</summary>
    public ReadOnlySpan<byte> Authorization { get; }

    /// <summary>Reads a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="response">What stands in it.</param>
    /// <param name="detail">What is wrong with it; shows nothing of the pairs, only a byte of the header.</param>
    public static OAuthMessageOutcome Read(ReadOnlySpan<byte> message, out OAuthClientResponse response, out string detail)
    {
        response = default;
        detail = message.IsEmpty ? "The message is empty."
            : message.Contains((byte)0) ? "Message length does not match input length."
            : "";
        if (detail.Length > 0)
        {
            return OAuthMessageOutcome.Malformed;
        }

        var outcome = ReadHeader(message, out var headerLength, out detail);
        if (outcome != OAuthMessageOutcome.Read)
        {
            return outcome;
        }

        if (!TryReadPairs(message[headerLength..], out var authorization, out detail))
        {
            return OAuthMessageOutcome.Malformed;
        }

        response = new OAuthClientResponse(authorization);
        return OAuthMessageOutcome.Read;
    }

    // n or y, two commas and a separator. Nobody has channel binding for tokens.
    private static OAuthMessageOutcome ReadHeader(ReadOnlySpan<byte> message, out int length, out string detail)
    {
        length = "n,,\u0001".Length;
        var (flag, comma, attribute, separator) = (ByteAt(message, 0), ByteAt(message, 1), ByteAt(message, 2), ByteAt(message, 3));
        detail = flag == 'p' ? "The server does not support channel binding for OAuth, but the client message includes channel binding data."
            : flag is not ((byte)'n' or (byte)'y') ? $"Unexpected channel-binding flag \"{Show(flag)}\"."
            : comma != ',' ? $"Comma expected, but found character \"{Show(comma)}\"."
            : attribute == 'a' ? "client uses authorization identity, but it is not supported"
            : attribute != ',' ? $"Unexpected attribute \"{Show(attribute)}\" in client-first-message."
            : separator != OAuthMechanism.Separator ? $"Key-value separator expected, but found character \"{Show(separator)}\"."
            : "";
        return detail.Length == 0 ? OAuthMessageOutcome.Read
            : flag is (byte)'n' or (byte)'y' && comma == ',' && attribute == 'a' ? OAuthMessageOutcome.HasIdentity
            : OAuthMessageOutcome.Malformed;
    }

    private static bool TryReadPairs(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> authorization, out string detail)
    {
        authorization = default;
        var hasAuthorization = false;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf(OAuthMechanism.Separator);
            if (end < 0)
            {
                detail = "Message contains an unterminated key/value pair.";
                return false;
            }

            var pair = rest[..end];
            rest = rest[(end + 1)..];
            if (pair.IsEmpty)
            {
                // The end of the list.
                detail = !hasAuthorization ? "Message does not contain an auth value."
                    : !rest.IsEmpty ? "Message contains additional data after the final terminator."
                    : "";
                return detail.Length == 0;
            }

            if (!TryReadPair(pair, out var name, out var value, out detail))
            {
                return false;
            }

            if (!name.SequenceEqual("auth"u8))
            {
                // Whatever else there is (host, port) is to be ignored.
                continue;
            }

            if (hasAuthorization)
            {
                detail = "Message contains multiple auth values.";
                return false;
            }

            hasAuthorization = true;
            authorization = value;
        }

        detail = "Message did not contain a final terminator.";
        return false;
    }

    private static bool TryReadPair(ReadOnlySpan<byte> pair, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out string detail)
    {
        var equals = pair.IndexOf((byte)'=');
        name = equals < 0 ? default : pair[..equals];
        value = equals < 0 ? default : pair[(equals + 1)..];
        detail = equals < 0 ? "Message contains a key without a value."
            : name.IsEmpty ? "Message contains an empty key name."
            : name.ContainsAnyExcept(Letters) ? "Message contains an invalid key name."
            : value.ContainsAnyExcept(ValueBytes) ? "Message contains an invalid value."
            : "";
        return detail.Length == 0;
    }

    // Behind the end there is a zero, for whoever looks at it as C does.
    private static byte ByteAt(ReadOnlySpan<byte> message, int index) => index < message.Length ? message[index] : (byte)0;

    private static string Show(byte value) => value is >= ExclamationMark and <= Tilde ? $"'{(char)value}'" : $"0x{value:x2}";
}
