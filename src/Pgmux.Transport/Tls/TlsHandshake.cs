using System.Net.Security;
using System.Security.Authentication;
using Pgmux.Transport.Pipes;

namespace Pgmux.Transport.Tls;

/// <summary>
/// Makes an encrypted connection of one in clear. Called on its loop, which goes on meanwhile: what is slow on the CPU runs off the loop,
/// and so do the callbacks of the options.
/// </summary>
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

    /// <summary>Answers the handshake that the peer begins, as the name says that it asks for.</summary>
    /// <param name="connection">With nothing unread but what belongs to the handshake. The result owns it; after a failure the caller still does.</param>
    /// <param name="choose">The options for the host that the peer names (SNI); empty when it names none.</param>
    /// <param name="tuning">Limits of the result.</param>
    /// <inheritdoc cref="AcceptAsync(TransportConnection, SslServerAuthenticationOptions, TlsTuning)"/>
    public static Task<TransportConnection> AcceptAsync(
        TransportConnection connection, Func<string, SslServerAuthenticationOptions> choose, TlsTuning tuning) =>
        RunAsync(connection, tuning, stream => stream.AuthenticateAsServerAsync(
            (_, hello, _, _) => new ValueTask<SslServerAuthenticationOptions>(choose(hello.ServerName)), null, CancellationToken.None));

    /// <summary>Begins the handshake.</summary>
    /// <inheritdoc cref="AcceptAsync(TransportConnection, SslServerAuthenticationOptions, TlsTuning)"/>
    public static Task<TransportConnection> ConnectAsync(
        TransportConnection connection, SslClientAuthenticationOptions options, TlsTuning tuning) =>
        RunAsync(connection, tuning, stream => stream.AuthenticateAsClientAsync(options));

    private static async Task<TransportConnection> RunAsync(TransportConnection connection, TlsTuning tuning, Func<SslStream, Task> authenticate)
    {
        var link = (LoopConnection)connection;
        var bytes = new TlsLink(link, tuning.Socket.UnsentLimitBytes);
        var stream = new SslStream(bytes, leaveInnerStreamOpen: true);

        // While the arithmetic runs nobody reads, and who is told of the peer's end then would close before the peer's last word is looked at.
        // The handshake's next read finds the end.
        var observer = link.Observer;
        link.Observer = null;
        try
        {
            await await link.Loop.OffloadAsync(() => authenticate(stream));
        }
        catch (Exception e) when (e is AuthenticationException or IOException or InvalidOperationException)
        {
            await stream.DisposeAsync();
            link.Observer = observer;
            throw TlsException.From(e);
        }

        bytes.IsHandshaking = false;
        return new TlsConnection(link, bytes, stream, tuning);
    }
}
