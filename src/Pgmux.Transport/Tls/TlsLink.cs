using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Pgmux.Transport.Pipes;

namespace Pgmux.Transport.Tls;

/// <summary>
/// What <see cref="System.Net.Security.SslStream"/> takes for its network: the encrypted bytes of a connection. A read that waits goes on
/// within the event that brings bytes. Writes never wait: what is written waits in the connection, and whoever writes asks first how much
/// that is already.
/// <para>
/// The handshake is different: its arithmetic takes a millisecond of the processor, so it runs off the loop (<see cref="EventLoop.OffloadAsync"/>),
/// asks the loop for what it reads and writes, and goes on off the loop when bytes have come.
/// </para>
/// </summary>
internal sealed class TlsLink : Stream, IValueTaskSource<int>
{
    // Unsent bytes beyond the limit that can only be answers of TLS itself, but for one record.
    private const int MostAnswerBytes = 64 * 1024;

    private readonly LoopConnection _connection;
    private readonly long _unsentLimit;
    private readonly Action _onRead;
    private ManualResetValueTaskSourceCore<int> _completion;
    private ValueTask<ReadResult> _read;
    private Memory<byte> _target;
    private bool _awaitsRoom;

    /// <param name="connection">The connection whose bytes are encrypted.</param>
    /// <param name="unsentLimit">Unsent bytes from which on nothing more should be written; at least one, whatever is asked for.</param>
    public TlsLink(LoopConnection connection, long unsentLimit)
    {
        _connection = connection;
        _unsentLimit = Math.Max(unsentLimit, 1);
        _onRead = OnRead;
    }

    /// <summary>Whether the handshake is not over: it runs off the loop, and nothing else is done with the stream meanwhile.</summary>
    public bool IsHandshaking { get; set; } = true;

    /// <summary>Whether so much waits to be sent that nothing more should be written.</summary>
    public bool IsFull => _connection.UnsentBytes >= _unsentLimit;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _target = buffer;
        if (IsHandshaking)
        {
            _connection.Loop.Post(static state => ((TlsLink)state!).ReadForHandshake(), this);
        }
        else if (MayRead())
        {
            var read = _connection.Input.ReadAsync(cancellationToken);
            if (read.IsCompletedSuccessfully)
            {
                return new ValueTask<int>(Take(read.Result));
            }

            Await(read);
        }

        return new ValueTask<int>(this, _completion.Version);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (IsHandshaking)
        {
            Post(buffer.ToArray());
        }
        else
        {
            WriteNow(buffer);
        }
    }

    /// <summary>Everything has been sent, or will never be.</summary>
    public void OnDrained()
    {
        if (_awaitsRoom)
        {
            _awaitsRoom = false;
            Await(_connection.Input.ReadAsync());
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
        // What is written is on its way.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Nothing blocks the loop");

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token)
    {
        try
        {
            return _completion.GetResult(token);
        }
        finally
        {
            _completion.Reset();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    private void ReadForHandshake()
    {
        if (MayRead())
        {
            Await(_connection.Input.ReadAsync());
        }
    }

    // Both directions have to go on by themselves. But TLS answers some of what it reads (KeyUpdate): a peer that asks again and again and
    // reads nothing is not listened to until it does.
    private bool MayRead()
    {
        _awaitsRoom = _connection.UnsentBytes >= _unsentLimit + MostAnswerBytes;
        return !_awaitsRoom;
    }

    private void Post(byte[] bytes) => _connection.Loop.Post(_ => WriteNow(bytes), null);

    private void WriteNow(ReadOnlySpan<byte> bytes)
    {
        _connection.Output.Write(bytes);
        _connection.Flush();
    }

    private void Await(ValueTask<ReadResult> read)
    {
        _read = read;
        if (read.IsCompleted)
        {
            OnRead();
        }
        else
        {
            read.GetAwaiter().UnsafeOnCompleted(_onRead);
        }
    }

    private void OnRead()
    {
        int bytes;
        try
        {
            bytes = Take(_read.Result);
        }
        catch (OperationCanceledException e)
        {
            _completion.SetException(e);
            return;
        }

        if (IsHandshaking)
        {
            GoOnWithHandshake(bytes);
        }
        else
        {
            _completion.SetResult(bytes);
        }
    }

    // A method of its own, or every read would allocate what is captured here.
    private void GoOnWithHandshake(int bytes) => _ = _connection.Loop.OffloadAsync(() => CompleteInHandshake(bytes));

    // The code of the handshake waits for tasks, and where a thread has a context of its own these would go on on the thread pool: so a
    // loop that does this itself hides its context.
    private bool CompleteInHandshake(int bytes)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            _completion.SetResult(bytes);
            return true;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    // An empty buffer asks whether something has come.
    private int Take(ReadResult result)
    {
        var target = _target;
        _target = default;
        var bytes = (int)Math.Min(result.Buffer.Length, target.Length);
        var taken = result.Buffer.Slice(0, bytes);
        taken.CopyTo(target.Span);
        _connection.Input.AdvanceTo(taken.End);
        return bytes;
    }
}
