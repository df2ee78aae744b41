using System.Net;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Native;
using Pgmux.Transport.Pipes;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Epoll;

/// <summary>A connected socket. Registered once, edge-triggered: no epoll_ctl on the data path.</summary>
internal sealed unsafe class EpollConnection : LoopConnection, IEpollTarget
{
    // Pieces of one sendmsg; 64 KiB of unsent bytes are a handful.
    private const int MostPieces = 32;

    private readonly PeerAddress _remote;
    private EndPoint? _local;
    private int _socket;
    private int _slot = -1;
    private bool _waitsForRoom;

    /// <param name="loop">The loop it starts on.</param>
    /// <param name="socket">A connected, non-blocking socket; the connection owns it.</param>
    /// <param name="remote">The peer.</param>
    /// <param name="local">Our end if it is known; else the kernel is asked when somebody wants to know.</param>
    /// <param name="tuning">Limits; the socket's options are set already.</param>
    public EpollConnection(EpollLoop loop, int socket, EndPoint remote, EndPoint? local, SocketTuning tuning)
        : base(loop.Core, tuning)
    {
        _socket = socket;
        _remote = new PeerAddress(remote);
        _local = local;
    }

    public override EndPoint LocalEndPoint => _local ??= SocketName.Local(_socket) ?? RemoteEndPoint;

    public override EndPoint RemoteEndPoint => _remote.ToEndPoint();

    public override PeerCredentials? PeerCredentials => IsUnix ? SocketOptions.GetPeerCredentials(_socket) : null;

    /// <summary>What a socket waits for all its life.</summary>
    public static uint InterestIn(bool isUnix) => isUnix
        // A Unix socket makes an event each time the peer takes something, so room is asked for only when there was none.
        ? EpollCalls.In | EpollCalls.ReadHangUp
        : EpollCalls.In | EpollCalls.ReadHangUp | EpollCalls.Out | EpollCalls.Priority;

    /// <summary>The socket; -1 once it is closed.</summary>
    public int Descriptor => _socket;

    private bool IsUnix => _remote.IsUnix;

    private EpollPoller Poller => ((EpollLoop)Loop).Poller;

    /// <summary>Registers a new connection with its loop; false with errno when the kernel refuses.</summary>
    public bool TryAttach() => TryAttachLink();

    /// <summary>Takes over a socket that is registered already.</summary>
    public void Adopt(int slot)
    {
        _slot = slot;
        Poller.Replace(slot, this);
    }

    public void Announce(uint events)
    {
        if ((events & ~EpollCalls.Out) != 0)
        {
            AnnounceReadable();
        }
    }

    public void OnEvents(uint events)
    {
        var link = LinkEvents.None;
        if ((events & (EpollCalls.In | EpollCalls.HangUp)) != 0)
        {
            link |= LinkEvents.Readable;
        }

        if ((events & EpollCalls.Out) != 0)
        {
            link |= LinkEvents.Writable;
            StopWaitingForRoom();
        }

        if ((events & (EpollCalls.ReadHangUp | EpollCalls.HangUp)) != 0)
        {
            link |= LinkEvents.HalfClosed;
        }

        if ((events & EpollCalls.Error) != 0)
        {
            link |= LinkEvents.Reset;
        }

        if ((events & EpollCalls.Priority) != 0)
        {
            link |= LinkEvents.Urgent;
        }

        OnEvents(link);
    }

    public void OnLoopEnd() => Abort();

    protected override LoopCore FindCore(EventLoop loop) => loop is EpollLoop epoll
        ? epoll.Core
        : throw new ArgumentException("A socket moves between epoll loops only", nameof(loop));

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

    protected override bool PeekLink()
    {
        byte first;
        return SocketCalls.Receive(_socket, &first, 1, SocketCalls.MessagePeek) >= 0 || ErrnoExtensions.Last() != Errno.TryAgain;
    }

    protected override void ShutdownLink() => _ = SocketCalls.Shutdown(_socket, SocketCalls.ShutdownWrite);

    protected override void CloseLink()
    {
        _local ??= SocketName.Local(_socket);
        if (_slot >= 0)
        {
            Poller.Close(_socket, _slot);
        }
        else
        {
            _ = SocketCalls.Close(_socket);
        }

        _slot = -1;
        _socket = -1;
    }

    protected override void DetachLink()
    {
        Poller.Remove(_socket, _slot);
        _slot = -1;
    }

    protected override bool TryAttachLink()
    {
        _waitsForRoom = false;
        _slot = Poller.Add(_socket, InterestIn(IsUnix), this);
        return _slot >= 0;
    }

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

    // A TCP socket waits for room all the time, as that makes no event while there is room.
    private void WaitForRoom()
    {
        if (IsUnix && !_waitsForRoom)
        {
            _waitsForRoom = true;
            Poller.Modify(_socket, _slot, InterestIn(IsUnix) | EpollCalls.Out);
        }
    }

    private void StopWaitingForRoom()
    {
        if (_waitsForRoom)
        {
            _waitsForRoom = false;
            Poller.Modify(_socket, _slot, InterestIn(IsUnix));
        }
    }
}
