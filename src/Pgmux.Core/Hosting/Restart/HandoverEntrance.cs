using System.Net.Sockets;
using Pgmux.Core.Configuration;
using Pgmux.Core.Handover;
using Pgmux.Transport.Sockets;

namespace Pgmux.Core.Hosting.Restart;

/// <summary>
/// The Unix socket that the new process is let in by: open for one connection, of a process of the same user, and for seconds. Nobody can
/// come to it who could not have sent signals to this process anyway.
/// </summary>
internal sealed class HandoverEntrance : IDisposable
{
    private readonly Socket _listener;

    private HandoverEntrance(Socket listener) => _listener = listener;

    /// <summary>Opens it.</summary>
    /// <exception cref="HandoverException">The path cannot be listened on.</exception>
    public static HandoverEntrance Open(PgmuxOptions options)
    {
        var path = HandoverPath.Of(options);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            RemoveStale(path);
            listener.Bind(HandoverPath.ToEndPoint(path));
            if (!path.StartsWith('@'))
            {
                // Before listen: nobody can have connected.
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            listener.Listen(1);
            return new HandoverEntrance(listener);
        }
        catch (Exception fault) when (fault is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            listener.Dispose();
            throw new HandoverException($"cannot listen on {path} (unix_socket_dir): {fault.Message}", fault);
        }
    }

    /// <summary>Waits for the new process.</summary>
    /// <param name="userId">The user whose processes are let in.</param>
    /// <exception cref="HandoverException">Nobody came in time, or somebody else.</exception>
    public DescriptorStream Accept(uint userId)
    {
        if (!_listener.Poll(HandoverLimits.Patience, SelectMode.SelectRead))
        {
            throw new HandoverException($"no new process has come within {HandoverLimits.Patience.TotalSeconds} s");
        }

        var stream = new DescriptorStream(_listener.Accept());
        if (stream.Peer is { } peer && peer.UserId == userId)
        {
            return stream;
        }

        stream.Dispose();
        throw new HandoverException("a process of another user has come");
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    // A process that was killed has left it; the one that lives has no other entrance open.
    private static void RemoveStale(string path)
    {
        if (path.StartsWith('@') || !File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(HandoverPath.ToEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
        }
    }
}
