using System.Net;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Native;
using Pgmux.Transport.Pipes;

namespace Pgmux.Transport.Sockets;

/// <summary>A connected socket of a <see cref="SocketLoop"/>.</summary>
internal abstract unsafe class SocketConnection : LoopConnection
{
    // Pieces of one sendmsg; 64 KiB of unsent bytes are a handful.
    private const int MostPieces = 32;

    private readonly PeerAddress _remote;
    private EndPoint? _local;
    private int _socket;

    /// <param name="loop">The loop it starts on.</param>
    /// <param name="socket">A connected, non-blocking socket; the connection owns it.</param>
    /// <param name="remote">The peer.</param>
    /// <param name="local">Our end if it is known; else the kernel is asked when somebody wants to know.</param>
    /// <param name="tuning">Limits; the socket's options are set already.</param>
    protected SocketConnection(SocketLoop loop, int socket, EndPoint remote, EndPoint? local, SocketTuning tuning)
        : base(loop.Core, tuning)
    {
        _socket = socket;
        _remote = new PeerAddress(remote);
        _local = local;
    }

    public sealed override EndPoint LocalEndPoint => _local ??= SocketName.Local(_socket) ?? RemoteEndPoint;

    public sealed override EndPoint RemoteEndPoint => _remote.ToEndPoint();

    public sealed override PeerCredentials? PeerCredentials => IsUnix ? SocketOptions.GetPeerCredentials(_socket) : null;

    /// <summary>The socket; -1 once it is closed.</summary>
    public sealed override int Descriptor => _socket;

    protected bool IsUnix => _remote.IsUnix;

    /// <summary>Registers a new connection with its loop; false with errno when the kernel refuses.</summary>
    public bool TryAttach() => TryAttachLink();

    protected override TransferResult ReceiveFromLink(Span<byte> room)
    {
        fixed (byte* buffer = room)
        {
            while (true)
            {
                var received = SocketCalls.Receive(_socket, buffer, (nuint)room.Length, 0);
                if (received > 0)
                {
                    return TransferResult.Done((int)received);
                }

                if (received == 0)
                {
                    return TransferResult.EndOfStream;
                }

                switch (ErrnoExtensions.Last())
                {
                    case Errno.Interrupted:
                        continue;
                    case Errno.TryAgain:
                        return TransferResult.WouldBlock;
                    default:
                        return TransferResult.Broken;
                }
            }
        }
    }

    protected override TransferResult SendToLink(BufferBlock head, long bytes)
    {
        while (true)
        {
            var sent = bytes <= head.Used ? SendPiece(head, (int)bytes, out var asked) : SendPieces(head, bytes, out asked);
            if (sent == asked)
            {
                return TransferResult.Done((int)sent);
            }

            if (sent >= 0)
            {
                WaitForRoom();
                return new TransferResult(TransferStatus.WouldBlock, (int)sent);
            }

            switch (ErrnoExtensions.Last())
            {
                case Errno.Interrupted:
                    continue;
                case Errno.TryAgain:
                    WaitForRoom();
                    return TransferResult.WouldBlock;
                default:
                    return TransferResult.Broken;
            }
        }
    }

    protected override bool PeekLink() => PeekSocket();

    protected sealed override bool FindsLinkBytes() => PeekSocket();

    // Takes away the error of a reset, which then reads as the end of the stream: either means that the peer has gone.
    private bool PeekSocket()
    {
        byte first;
        return SocketCalls.Receive(_socket, &first, 1, SocketCalls.MessagePeek) >= 0 || ErrnoExtensions.Last() != Errno.TryAgain;
    }

    protected sealed override void ShutdownLink() => _ = SocketCalls.Shutdown(_socket, SocketCalls.ShutdownWrite);

    protected sealed override void CloseLink()
    {
        ForgetLink();
        if (_socket >= 0)
        {
            _local ??= SocketName.Local(_socket);
            _ = SocketCalls.Close(_socket);
            _socket = -1;
        }
    }

    protected sealed override int TakeDescriptor()
    {
        _local ??= SocketName.Local(_socket);
        var socket = _socket;
        _socket = -1;
        return socket;
    }

    /// <summary>Takes the socket off its loop because it is about to be closed.</summary>
    protected abstract void ForgetLink();

    /// <summary>The socket takes no more: has <see cref="LinkEvents.Writable"/> told when it does again.</summary>
    protected abstract void WaitForRoom();

    private nint SendPiece(BufferBlock block, int bytes, out nint asked)
    {
        asked = bytes;
        fixed (byte* buffer = block.Span(block.Start, bytes))
        {
            return SocketCalls.Send(_socket, buffer, (nuint)bytes, SocketCalls.MessageNoSignal);
        }
    }

    // The blocks are pinned arrays: their addresses stay.
    private nint SendPieces(BufferBlock head, long bytes, out nint asked)
    {
        var pieces = stackalloc IoVector[MostPieces];
        var count = 0;
        long total = 0;
        for (var block = head; block is not null && count < MostPieces && total < bytes; block = block.Next)
        {
            var length = (int)Math.Min(block.Used, bytes - total);
            if (length > 0)
            {
                fixed (byte* buffer = block.Span(block.Start, length))
                {
                    pieces[count++] = new IoVector { Base = buffer, Length = (nuint)length };
                }

                total += length;
            }
        }

        var message = new MessageHeader { Vectors = pieces, VectorCount = (nuint)count };
        asked = (nint)total;
        return SocketCalls.SendMessage(_socket, &message, SocketCalls.MessageNoSignal);
    }
}
