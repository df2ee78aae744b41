using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pgmux.Protocol;

/// <summary>Writes the messages of OAUTHBEARER, as PostgreSQL 18 and its libpq write them.</summary>
public static class OAuthMessages
{
    private const string WellKnown = "/.well-known/";
    private const string Discovery = "openid-configuration";

    /// <summary>A client's first message.</summary>
    /// <param name="token">The token, whose form is right (<see cref="BearerToken.Check"/>).</param>
    public static byte[] ClientResponse(string token) => Encoding.ASCII.GetBytes($"n,,\u0001auth=Bearer {token}\u0001\u0001");

    /// <summary>A server's error, which tells the client where to get a token, and for what.</summary>
    /// <param name="issuer">Who gives out tokens: its address, or that of its discovery document.</param>
    /// <param name="scope">What a token has to be good for; null is nothing in particular.</param>
    public static byte[] ServerError(string issuer, string? scope)
    {
        var address = issuer.Contains(WellKnown, StringComparison.Ordinal) ? issuer : $"{issuer}{WellKnown}{Discovery}";
        var scopePart = scope is null ? "" : $", \"scope\": {Quote(scope)}";
        return Encoding.UTF8.GetBytes($"{{ \"status\": \"invalid_token\", \"{Discovery}\": {Quote(address)}{scopePart} }}");
    }

    // The text goes to a client of PostgreSQL, not into a page of HTML.
    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
