using System.Diagnostics;
using System.Net;
using System.Net.Security;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Pipes;

namespace Pgmux.Transport.Tls;

/// <summary>
/// The clear side of an encrypted connection: its link is another connection, with <see cref="SslStream"/> in between. Everything happens
/// within the events of that one, on the loop's thread, and it keeps what every connection promises.
/// <para>
/// Bytes are asked for by a read of nothing, which holds no buffer while it waits and ends when a record has been decrypted; then the real
/// read finds them at once.
/// </para>
/// </summary>
internal sealed class TlsConnection : LoopConnection, IConnectionObserver
{
    private readonly LoopConnection _link;
    private readonly TlsLink _bytes;
    private readonly SslStream _stream;
    private readonly int _recordBytes;
    private readonly Action _onComing;
    private ValueTask<int> _coming;
    private TlsReceiveState _receive;
    private bool _isShut;

    /// <param name="link">The connection that carries the encrypted bytes; it is this one's from now on.</param>
    /// <param name="bytes">The same for <paramref name="stream"/>.</param>
    /// <param name="stream">After its handshake.</param>
    /// <param name="tuning">Limits.</param>
    public TlsConnection(LoopConnection link, TlsLink bytes, SslStream stream, TlsTuning tuning)
        : base(link.FindCore(link.Loop), tuning.Socket)
    {
        _link = link;
        _bytes = bytes;
        _stream = stream;
        _recordBytes = tuning.RecordBytes;
        _onComing = OnComing;
        _link.Observer = this;
    }

    /// <summary>The connection that carries the encrypted bytes.</summary>
    public LoopConnection Link => _link;

    public override int Descriptor => _link.Descriptor;

    public override EndPoint LocalEndPoint => _link.LocalEndPoint;

    public override EndPoint RemoteEndPoint => _link.RemoteEndPoint;

    public override PeerCredentials? PeerCredentials => _link.PeerCredentials;

    public override TlsSession? Tls => field ??= new TlsSession(_stream);

    // A stream that is not asked tells nothing.
    internal override bool IsUnwatched => _receive != TlsReceiveState.Coming;

    protected override long LinkUnsentBytes => _link.PeerState < PeerState.Reset ? _link.UnsentBytes : 0;

    protected override bool HasUntoldLinkBytes => _link.HasUntoldBytes;

    protected override bool CanLinkMove => _receive is TlsReceiveState.Coming or TlsReceiveState.Unknown && _link.CanMove;

    /// <summary>The peer has gone while nothing was asked of it.</summary>
    void IConnectionObserver.OnPeerClosed(TransportConnection connection)
    {
        _bytes.OnDrained();
        TellPeer(LinkEvents.None);
    }

    void IConnectionObserver.OnDrained(TransportConnection connection)
    {
        _bytes.OnDrained();
        OnLinkDrained();
    }

    internal override LoopCore FindCore(EventLoop loop) => _link.FindCore(loop);

    internal override void AwaitReadable()
    {
        if (_receive == TlsReceiveState.Unknown && Ask() != TlsReceiveState.Coming)
        {
            // It has been there all along: nobody else tells.
            Core.Post(static state => ((TlsConnection)state!).OnEvents(LinkEvents.Readable), this);
        }
    }

    internal override BufferBlock? TakeArrived(out bool hasMore)
    {
        hasMore = false;
        if (Ask() != TlsReceiveState.Ready)
        {
            return null;
        }

        var block = Buffers.Rent(BufferPool.LargeBytes);
        _receive = TlsReceiveState.Unknown;
        block.End = ResultOf(_stream.ReadAsync(block.Memory(0, block.Length)));
        if (block.End > 0)
        {
            hasMore = true;
            return block;
        }

        Buffers.Return(block);
        if (_receive == TlsReceiveState.Unknown)
        {
            _receive = TlsReceiveState.Ended;
        }

        return null;
    }

    // Only when there is nothing to take.
    protected override TransferResult ReceiveFromLink(Span<byte> room) => _receive switch
    {
        TlsReceiveState.Ended => TransferResult.EndOfStream,
        TlsReceiveState.Broken => TransferResult.Broken,
        _ => TransferResult.WouldBlock,
    };

    protected override TransferResult SendToLink(BufferBlock head, long bytes)
    {
        var sent = 0;
        for (var block = head; block is not null && sent < bytes; block = block.Next)
        {
            var end = block.Start + (int)Math.Min(block.Used, bytes - sent);
            for (var start = block.Start; start < end;)
            {
                if (_bytes.IsFull)
                {
                    return new TransferResult(TransferStatus.WouldBlock, sent);
                }

                var piece = Math.Min(end - start, _recordBytes);
                if (!HasSucceeded(_stream.WriteAsync(block.Memory(start, piece))))
                {
                    return new TransferResult(TransferStatus.Broken, sent);
                }

                start += piece;
                sent += piece;
            }
        }

        return TransferResult.Done(sent);
    }

    protected override bool FindsLinkBytes() => _link.FindsUntoldBytes();

    protected override bool PeekLink() =>
        (_receive == TlsReceiveState.Unknown && _link.HasUnreadBytes) || Ask() != TlsReceiveState.Coming;

    // The link waits for its peer by itself.
    protected override void ShutdownLink()
    {
        _isShut = true;
        HasSucceeded(new ValueTask(_stream.ShutdownAsync()));
        _link.Close();
        Release();
    }

    protected override void CloseLink()
    {
        if (!_isShut)
        {
            _link.Abort();
        }

        _stream.Dispose();
    }

    protected override void DetachLink(LoopCore target) => _link.LeaveFor(target);

    protected override bool TryAttachLink()
    {
        _link.Settle();
        return true;
    }

    private TlsReceiveState Ask()
    {
        if (_receive != TlsReceiveState.Unknown)
        {
            return _receive;
        }

        var coming = _stream.ReadAsync(Memory<byte>.Empty);
        if (coming.IsCompleted)
        {
            _receive = TlsReceiveState.Ready;
            ResultOf(coming);
        }
        else
        {
            _receive = TlsReceiveState.Coming;
            _coming = coming;
            coming.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_onComing);
        }

        return _receive;
    }

    private void OnComing()
    {
        var coming = _coming;
        _coming = default;
        _receive = TlsReceiveState.Ready;
        ResultOf(coming);
        TellPeer(LinkEvents.Readable);
    }

    // What the link knows of its peer is true for this connection, too.
    private void TellPeer(LinkEvents events)
    {
        switch (_link.PeerState)
        {
            case PeerState.Open:
                break;
            case PeerState.HalfClosed:
                events |= LinkEvents.HalfClosed;
                break;
            default:
                events |= LinkEvents.Reset;
                if (!IsClosing)
                {
                    OnSendBroken();
                }

                break;
        }

        OnEvents(events);
    }

    /// <summary>The bytes of a read that is over; of one that failed none, and the connection counts as broken.</summary>
    private int ResultOf(ValueTask<int> read)
    {
        try
        {
            return read.IsCompleted ? read.Result : throw new UnreachableException("a record that has been decrypted is read at once");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _receive = TlsReceiveState.Broken;
            return 0;
        }
    }

    private static bool HasSucceeded(ValueTask write)
    {
        try
        {
            if (!write.IsCompleted)
            {
                throw new UnreachableException("what is written waits in the link, and nobody negotiates anew");
            }

            write.GetAwaiter().GetResult();
            return true;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return false;
        }
    }
}
