using Pgmux.Transport.Native;

namespace Pgmux.Transport.Sockets;

/// <summary>The file of a Unix socket that we listen on.</summary>
internal sealed record UnixSocketFile(string Path, FileIdentity Identity)
{
    /// <summary>Takes charge of the file that bind has just made.</summary>
    public static UnixSocketFile Own(string path, UnixFileMode mode, string? group)
    {
        var file = new UnixSocketFile(path, UnixFiles.Identify(path) ?? throw new ListenException(
            $"Cannot listen on {path}: the socket file vanished while it was being made; see who cleans that directory"));
        try
        {
            SetGroup(path, group);
            var error = UnixFiles.ChangeMode(path, mode);
            return error == Errno.None ? file : throw new ListenException(
                $"Cannot listen on {path}: setting its permissions failed: {error.Describe()}; correct unix_socket_mode");
        }
        catch (ListenException)
        {
            file.Remove();
            throw;
        }
    }

    /// <summary>Takes charge of the file of a socket that another process has left to us; null when it is gone.</summary>
    public static UnixSocketFile? TakeOver(string path) =>
        UnixFiles.Identify(path) is { IsSocket: true } identity ? new UnixSocketFile(path, identity) : null;

    /// <summary>Removes a socket file that nobody listens on, as a crash leaves it. False when it must stay.</summary>
    public static unsafe bool TryRemoveStale(string path, byte* address, uint length)
    {
        if (UnixFiles.Identify(path) is not { IsSocket: true } || IsListenedOn(address, length))
        {
            return false;
        }

        return TryDelete(path);
    }

    /// <summary>Removes the file unless somebody else has put another one in its place.</summary>
    public void Remove()
    {
        if (UnixFiles.Identify(Path) == Identity)
        {
            TryDelete(Path);
        }
    }

    private static unsafe bool IsListenedOn(byte* address, uint length)
    {
        var probe = SocketCalls.Socket(
            SocketCalls.FamilyUnix, SocketCalls.TypeStream | SocketCalls.NonBlocking | SocketCalls.CloseOnExec, 0);
        if (probe < 0)
        {
            return true;
        }

        // Any other answer (a full backlog, no permission) comes from a living socket.
        var isRefused = SocketCalls.Connect(probe, address, length) != 0 && ErrnoExtensions.Last() == Errno.ConnectionRefused;
        _ = SocketCalls.Close(probe);
        return !isRefused;
    }

    private static void SetGroup(string path, string? group)
    {
        if (group is null)
        {
            return;
        }

        var number = UnixFiles.FindGroup(group)
            ?? throw new ListenException($"Cannot listen on {path}: there is no group {group}; correct unix_socket_group");
        var error = UnixFiles.ChangeGroup(path, number);
        if (error != Errno.None)
        {
            throw new ListenException(
                $"Cannot listen on {path}: giving it to group {group} failed: {error.Describe()}; correct unix_socket_group or add this user to the group");
        }
    }

    private static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Without the right to delete it the file stays; the bind that follows, or the next start, says so.
            return false;
        }
    }
}
