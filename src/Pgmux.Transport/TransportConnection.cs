using System.IO.Pipelines;
using System.Net;
using Pgmux.Transport.Tls;

namespace Pgmux.Transport;

/// <summary>
/// A byte stream to a peer, owned by one loop. All members are called on that loop's thread.
/// <para>
/// Nothing here throws for what a peer does: a read that finds the peer gone returns
/// <see cref="ReadResult.IsCompleted"/>, a flush likewise, and <see cref="PeerState"/> says how it went.
/// </para>
/// </summary>
public abstract class TransportConnection : IDuplexPipe
{
    /// <summary>The loop that owns this connection now; changes only by <see cref="MoveTo"/>.</summary>
    public abstract EventLoop Loop { get; }

    /// <summary>
    /// Received bytes. A pending read completes inline on the loop. The memory is lent until
    /// <see cref="PipeReader.AdvanceTo(SequencePosition, SequencePosition)"/>; bytes that are left unconsumed move to a buffer
    /// of their own size, so waiting with a small rest is cheap. A reader that does not read stops receiving.
    /// </summary>
    public abstract PipeReader Input { get; }

    /// <summary>
    /// Bytes to send. <see cref="PipeWriter.FlushAsync"/> hands them to the loop, which sends what one turn has written
    /// together at the end of the turn; it completes at once unless more than <see cref="SocketTuning.UnsentLimitBytes"/> are
    /// unsent. <see cref="PipeWriter.Complete"/> is the same as <see cref="Close"/>.
    /// </summary>
    public abstract PipeWriter Output { get; }

    /// <summary>Our end.</summary>
    public abstract EndPoint LocalEndPoint { get; }

    /// <summary>The peer's end.</summary>
    public abstract EndPoint RemoteEndPoint { get; }

    /// <summary>Who is at the other end of a Unix socket (SO_PEERCRED); null for TCP.</summary>
    public abstract PeerCredentials? PeerCredentials { get; }

    /// <summary>What the TLS handshake has agreed on; null for a connection in clear.</summary>
    public virtual TlsSession? Tls => null;

    /// <summary>What is known of the peer.</summary>
    public abstract PeerState PeerState { get; }

    /// <summary>Bytes written (flushed or not) that the kernel has not taken yet.</summary>
    public abstract long UnsentBytes { get; }

    /// <summary>Bytes in our own buffer that no read has taken.</summary>
    public virtual int UnreadBytes => 0;

    /// <summary>The file descriptor of the socket; -1 when it is closed or there is none.</summary>
    public virtual int Descriptor => -1;

    /// <summary>
    /// Stops reading: while it is set a read ends only with the end of the connection, and what the peer sends stays with the kernel, but
    /// for one receive that it may have had an order for. Set it when a read waits and nothing is unread.
    /// </summary>
    public virtual bool IsHeld
    {
        get => false;
        set => throw new NotSupportedException($"{GetType().Name} cannot stop reading");
    }

    /// <summary>Whether bytes, or the end of the stream, have arrived that no read has taken.</summary>
    public abstract bool HasUnreadBytes { get; }

    /// <summary>Whether something has come of which the pending read will be told in one of the next turns.</summary>
    public virtual bool HasUntoldBytes => false;

    /// <summary>
    /// As <see cref="HasUntoldBytes"/>, and counts what the loop has not heard of yet: costs a system call when it has heard of nothing.
    /// </summary>
    public virtual bool FindsUntoldBytes() => HasUntoldBytes;

    /// <summary>Told when the peer goes away while no read is pending, and when <see cref="UnsentBytes"/> falls to zero.</summary>
    public IConnectionObserver? Observer { get; set; }

    /// <summary>
    /// Sends what was written to <see cref="Output"/>, without waiting for room: for whoever writes a little beside the one that waits in
    /// <see cref="PipeWriter.FlushAsync"/>, of which there may be only one at a time.
    /// </summary>
    public abstract void Flush();

    /// <summary>
    /// Writes bytes that the last read has lent to another connection of the same loop, by handing over the memory that they are in
    /// instead of copying them. The last thing that is done with them before <see cref="PipeReader.AdvanceTo(SequencePosition)"/>.
    /// </summary>
    /// <param name="target">Where they go; they are flushed as what is written to its <see cref="Output"/>.</param>
    /// <param name="offset">Where they begin, from the start of what was lent.</param>
    /// <param name="length">How many they are.</param>
    /// <returns>False when they have to be copied: they are too few to be worth it.</returns>
    public virtual bool TryHandOver(TransportConnection target, int offset, int length) => false;

    /// <summary>
    /// Hands the connection to another loop. Called on the owner's thread, with nothing unread, nothing unsent and no flush
    /// pending; a pending read stays pending and completes on the new loop. <paramref name="arrived"/> runs on the new loop.
    /// </summary>
    public abstract void MoveTo(EventLoop target, Action<object?> arrived, object? state);

    /// <summary>
    /// Takes the socket out of the connection, which is closed then without a word to the peer: for somebody else to go on with it. With
    /// nothing unread, nothing unsent and no flush pending; a pending read completes with <see cref="ReadResult.IsCompleted"/>.
    /// </summary>
    /// <returns>
    /// The descriptor, which is the caller's; what the peer has sent and the kernel has still is in it. -1 when the loop has taken something
    /// from the kernel already, the peer is going, or there is no descriptor: all is as before then.
    /// </returns>
    public virtual int Detach() => -1;

    /// <summary>
    /// Sends what is unsent, then closes; drops the rest when the peer has not taken it within
    /// <see cref="SocketTuning.CloseLinger"/>. A pending read completes with <see cref="ReadResult.IsCompleted"/>. May be called again.
    /// </summary>
    public abstract void Close();

    /// <summary>Closes at once; unsent bytes are dropped. Pending reads and flushes complete. May be called again.</summary>
    public abstract void Abort();
}
