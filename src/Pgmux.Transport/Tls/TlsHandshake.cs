using System.Net.Security;
using System.Security.Authentication;
using Pgmux.Transport.Pipes;

namespace Pgmux.Transport.Tls;

/// <summary>Makes an encrypted connection of one in clear. Called on its loop, which goes on meanwhile.</summary>
public static class TlsHandshake
{
    /// <summary>Answers the handshake that the peer begins.</summary>
    /// <param name="connection">With nothing unread but what belongs to the handshake. The result owns it; after a failure the caller still does.</param>
    /// <param name="options">Certificate, versions, what is asked of the peer.</param>
    /// <param name="tuning">Limits of the result.</param>
    /// <exception cref="TlsException">The peer has gone, speaks no TLS, or both want different things.</exception>
    public static Task<TransportConnection> AcceptAsync(
        TransportConnection connection, SslServerAuthenticationOptions options, TlsTuning tuning) =>
        RunAsync(connection, tuning, stream => stream.AuthenticateAsServerAsync(options));

    /// <summary>Begins the handshake.</summary>
    /// <inheritdoc cref="AcceptAsync"/>
    public static Task<TransportConnection> ConnectAsync(
        TransportConnection connection, SslClientAuthenticationOptions options, TlsTuning tuning) =>
        RunAsync(connection, tuning, stream => stream.AuthenticateAsClientAsync(options));

    private static async Task<TransportConnection> RunAsync(TransportConnection connection, TlsTuning tuning, Func<SslStream, Task> authenticate)
    {
        var link = (LoopConnection)connection;
        var bytes = new TlsLink(link, tuning.Socket.UnsentLimitBytes);
        var stream = new SslStream(bytes, leaveInnerStreamOpen: true);
        try
        {
            await authenticate(stream);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or InvalidOperationException)
        {
            await stream.DisposeAsync();
            throw TlsException.From(e);
        }

        bytes.IsHandshaking = false;
        return new TlsConnection(link, bytes, stream, tuning);
    }
}
