using System.Net.Security;
using System.Security.Authentication;

namespace Pgmux.Testing.Processes;

/// <summary>The first flight of a client's handshake as bytes, for clients that say no more than that or not even that.</summary>
internal static class ClientHello
{
    /// <summary>The record of a client that names localhost.</summary>
    /// <param name="version">The versions that it offers; none are those of the system.</param>
    public static async Task<byte[]> CreateAsync(SslProtocols version = SslProtocols.None)
    {
        using var sent = new MemoryStream();
        await using var tls = new SslStream(sent);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = version });
        }
        catch (IOException)
        {
            // Nobody answers; what was said is what is wanted.
        }

        return sent.ToArray();
    }
}
