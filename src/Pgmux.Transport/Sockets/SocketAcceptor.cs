using Pgmux.Transport.Native;

namespace Pgmux.Transport.Sockets;

/// <summary>accept4(2). A class of its own so that a test can let it run out of descriptors.</summary>
internal unsafe class SocketAcceptor
{
    /// <summary>Takes the next connection; its descriptor and the peer's address, or an error.</summary>
    public virtual Errno Accept(int listener, Span<byte> address, out int socket, out int length)
    {
        var bytes = (uint)address.Length;
        fixed (byte* buffer = address)
        {
            socket = SocketCalls.Accept(listener, buffer, &bytes, SocketCalls.NonBlocking | SocketCalls.CloseOnExec);
        }

        length = (int)bytes;
        return socket >= 0 ? Errno.None : ErrnoExtensions.Last();
    }
}
