using Pgmux.Transport.Buffers;
using Pgmux.Transport.Loops;

namespace Pgmux.Transport.Pipes;

/// <summary>
/// The way from <see cref="TransportConnection.Close"/> to a closed link. A close with unread input makes the kernel send RST,
/// which may destroy our last message before the peer reads it. So: send the rest, send FIN, drop what the peer still sends
/// until it closes, too.
/// </summary>
internal sealed class ConnectionClose(LoopConnection connection, LoopCore core)
{
    // What is dropped of a peer that sends on after our last word. A peer that sends more blocks, and finds that word then.
    private const int MostDroppedBytes = 1024 * 1024;

    // Descriptors that wait for slow peers to close, per loop. Beyond that we close without waiting.
    private const int MostLingering = 1024;

    private Deadline? _deadline;
    private int _dropped;
    private bool _isLingering;
    private bool _isEnded;

    public void Start(TimeSpan limit)
    {
        Continue();
        if (!_isEnded)
        {
            _deadline = core.AddDeadline(limit, static state => ((LoopConnection)state!).Release(), connection);
        }
    }

    /// <summary>Something has been sent, or the peer has sent something or closed.</summary>
    public void Continue()
    {
        DropInput();
        if (connection.IsReset)
        {
            connection.Release();
        }
        else if (connection.UnsentBytes == 0)
        {
            Linger();
        }

        if (!_isEnded && !connection.IsEndReceived)
        {
            connection.AwaitReadable();
        }
    }

    /// <summary>The link is closed.</summary>
    public void End()
    {
        _isEnded = true;
        _deadline?.Cancel();
        if (_isLingering)
        {
            core.LingeringConnections--;
        }
    }

    private void Linger()
    {
        if (connection.IsEndReceived)
        {
            // Nothing more can come, so closing says FIN by itself.
            connection.Release();
            return;
        }

        if (!_isLingering)
        {
            _isLingering = true;
            core.LingeringConnections++;
            connection.Shutdown();
        }

        if (core.LingeringConnections > MostLingering)
        {
            connection.Release();
        }
    }

    private void DropInput()
    {
        if (!CanDrop)
        {
            return;
        }

        var block = connection.Buffers.Rent(BufferPool.HugeBytes);
        while (CanDrop)
        {
            _dropped += connection.ReceiveToDrop(block.Span(0, block.Length)).Bytes;
        }

        connection.Buffers.Return(block);
    }

    private bool CanDrop => connection.IsReadable && !connection.IsEndReceived && _dropped < MostDroppedBytes;
}
