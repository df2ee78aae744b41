using System.Net;
using System.Net.Sockets;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Sockets;

/// <summary>A socket that listens, and the file that belongs to it when it is a Unix one.</summary>
internal sealed record ListeningSocket(int Descriptor, EndPoint EndPoint, UnixSocketFile? File)
{
    public static ListeningSocket Open(ListenOptions options) => options.Inherited is { } descriptor ? TakeOver(descriptor, options) : Make(options);

    // It is bound as its owner wants it; what accepted sockets inherit from it is ours to say.
    private static ListeningSocket TakeOver(int descriptor, ListenOptions options)
    {
        var endPoint = InheritedSockets.EndPointOf(descriptor);
        if (!DescriptorFlags.TryTakeOver(descriptor))
        {
            throw ListenFault.Create(endPoint, ErrnoExtensions.Last());
        }

        SocketTuner.Apply(descriptor, endPoint, options.Tuning);
        var file = options.OwnsInheritedFile && endPoint is UnixDomainSocketEndPoint unix && !NativeAddress.IsAbstract(unix)
            ? UnixSocketFile.TakeOver(NativeAddress.PathOf(unix))
            : null;
        return new ListeningSocket(descriptor, endPoint, file);
    }

    private static unsafe ListeningSocket Make(ListenOptions options)
    {
        var endPoint = options.EndPoint;
        var address = stackalloc byte[SocketCalls.AddressBytes];
        var length = (uint)NativeAddress.Write(endPoint, new Span<byte>(address, SocketCalls.AddressBytes));
        var socket = SocketCalls.Socket(
            NativeAddress.FamilyOf(endPoint), SocketCalls.TypeStream | SocketCalls.NonBlocking | SocketCalls.CloseOnExec, 0);
        if (socket < 0)
        {
            throw ListenFault.Create(endPoint, ErrnoExtensions.Last());
        }

        UnixSocketFile? file = null;
        try
        {
            SetOptions(socket, options);
            file = Bind(socket, options, address, length);
            if (SocketCalls.Listen(socket, options.Backlog) != 0)
            {
                throw ListenFault.Create(endPoint, ErrnoExtensions.Last());
            }

            return new ListeningSocket(socket, SocketName.Local(socket) ?? endPoint, file);
        }
        catch (ListenException)
        {
            _ = SocketCalls.Close(socket);
            file?.Remove();
            throw;
        }
    }

    private static unsafe UnixSocketFile? Bind(int socket, ListenOptions options, byte* address, uint length)
    {
        var error = SocketCalls.Bind(socket, address, length) == 0 ? Errno.None : ErrnoExtensions.Last();
        var path = options.EndPoint is UnixDomainSocketEndPoint unix && !NativeAddress.IsAbstract(unix)
            ? NativeAddress.PathOf(unix)
            : null;
        if (error == Errno.AddressInUse && path is not null && UnixSocketFile.TryRemoveStale(path, address, length))
        {
            error = SocketCalls.Bind(socket, address, length) == 0 ? Errno.None : ErrnoExtensions.Last();
        }

        if (error != Errno.None)
        {
            throw ListenFault.Create(options.EndPoint, error);
        }

        // Nobody can connect before listen: the permissions are right from the first connection on.
        return path is null ? null : UnixSocketFile.Own(path, options.UnixMode, options.UnixGroup);
    }

    private static void SetOptions(int socket, ListenOptions options)
    {
        SocketTuner.Apply(socket, options.EndPoint, options.Tuning);
        if (options.EndPoint.AddressFamily == AddressFamily.Unix)
        {
            return;
        }

        // A restart must not wait until the old connections have left TIME_WAIT.
        SocketOptions.TrySet(socket, SocketOptions.LevelSocket, SocketOptions.ReuseAddress, 1);
        if (options.EndPoint.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // So that 0.0.0.0 and :: can listen side by side, as in PgBouncer and PostgreSQL.
            SocketOptions.TrySet(socket, SocketOptions.LevelIpv6, SocketOptions.Ipv6Only, 1);
        }

        if (options.ReusePort && !SocketOptions.TrySet(socket, SocketOptions.LevelSocket, SocketOptions.ReusePort, 1))
        {
            throw new ListenException(
                $"Cannot listen on {options.EndPoint}: this system has no SO_REUSEPORT ({ErrnoExtensions.Last().Describe()}); turn so_reuseport off");
        }

        if (options.DeferAccept > TimeSpan.Zero)
        {
            var seconds = (int)Math.Clamp(Math.Ceiling(options.DeferAccept.TotalSeconds), 1, int.MaxValue);
            SocketOptions.TrySet(socket, SocketOptions.LevelTcp, SocketOptions.TcpDeferAccept, seconds);
        }
    }
}
