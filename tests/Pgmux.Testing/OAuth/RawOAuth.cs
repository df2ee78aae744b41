using System.Text;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.OAuth;

/// <summary>Messages of OAUTHBEARER made by hand, by RFC 7628.</summary>
internal static class RawOAuth
{
    public const string Mechanism = "OAUTHBEARER";

    /// <summary>The client's answer to an error.</summary>
    public static byte[] ErrorAnswer => RawMessages.Message('p', 1);

    /// <summary>The client's first message with a token; without one it asks where tokens are to be had.</summary>
    public static byte[] Show(string token) => Begin(token.Length == 0 ? "n,,\u0001auth=\u0001\u0001" : $"n,,\u0001auth=Bearer {token}\u0001\u0001");

    /// <summary>The choice of a mechanism with these data.</summary>
    public static byte[] Begin(string data, string mechanism = Mechanism) =>
        RawMessages.Message('p', [.. RawMessages.String(mechanism), .. RawMessages.Int32(Encoding.UTF8.GetByteCount(data)), .. Encoding.UTF8.GetBytes(data)]);

    /// <summary>The choice of the mechanism without data.</summary>
    public static byte[] BeginWithoutData() => RawMessages.Message('p', [.. RawMessages.String(Mechanism), .. RawMessages.Int32(-1)]);

    /// <summary>Data by themselves.</summary>
    public static byte[] Continue(string data) => RawMessages.Message('p', Encoding.UTF8.GetBytes(data));

    /// <summary>What an authentication request asks (10 is SASL, 11 its continuation), and its data.</summary>
    public static (int Code, string Data) Read(RawMessage message) => message is { Type: 'R', Body: [_, _, _, var code, ..] }
        ? (code, Encoding.UTF8.GetString(message.Body.AsSpan(4)))
        : throw new AssertionException($"expected an authentication request, got {message.Type} {message.Text}");
}
