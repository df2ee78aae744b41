using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Pgmux.Testing.Chaos;

/// <summary>One direction of a proxied connection: reads here, writes there, and does harm in between.</summary>
internal sealed class ProxyFlow(Socket source, Socket destination, FlowToxics toxics, Random random)
{
    private const int PieceBytes = 16 * 1024;

    /// <summary>Pieces under way at a time; beyond them the sender is no longer read. With latency this bounds the throughput.</summary>
    private const int MostPieces = 64;

    private readonly Lock _gate = new();
    private readonly Channel<Piece> _underWay = Channel.CreateBounded<Piece>(MostPieces);
    private FlowToxics _toxics = toxics;
    private long? _limitLeft = toxics.LimitBytes;
    private bool _isHalfClosed;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _forwarded;

    /// <summary>Bytes that have reached the other end.</summary>
    public long ForwardedBytes => Interlocked.Read(ref _forwarded);

    public FlowToxics Toxics
    {
        get
        {
            lock (_gate)
            {
                return _toxics;
            }
        }
    }

    /// <summary>Counts from now on. A limit counts from zero again.</summary>
    public void Apply(FlowToxics toxics)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _toxics = toxics;
            _limitLeft = toxics.LimitBytes;
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    /// <summary>Ends this direction with a FIN although its sender goes on; what comes later is thrown away.</summary>
    public void HalfClose()
    {
        lock (_gate)
        {
            _isHalfClosed = true;
        }

        try
        {
            destination.Shutdown(SocketShutdown.Send);
        }
        catch (ObjectDisposedException)
        {
            // The connection has ended meanwhile.
        }
    }

    /// <summary>Runs until the stream has ended and its end has been passed on; returns what is to become of the connection.</summary>
    public async Task<LimitAction?> RunAsync(CancellationToken stop)
    {
        using var own = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reading = ReadAsync(own.Token);
        try
        {
            return await WriteAsync(own.Token);
        }
        finally
        {
            await own.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        try
        {
            var arrival = 0L;
            while (true)
            {
                var bytes = new byte[PieceBytes];
                var count = await source.ReceiveAsync(bytes, SocketFlags.None, stop);
                var toxics = Toxics;
                var delay = count > 0 ? toxics.Latency + (random.NextDouble() * toxics.Jitter) : toxics.Latency + toxics.CloseDelay;
                arrival = Math.Max(arrival, Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency));
                await _underWay.Writer.WriteAsync(new Piece(bytes.AsMemory(0, count), arrival), stop);
                if (count == 0)
                {
                    _underWay.Writer.Complete();
                    return;
                }
            }
        }
        catch (Exception e)
        {
            // The writer passes the reason on.
            _underWay.Writer.Complete(e);
        }
    }

    private async Task<LimitAction?> WriteAsync(CancellationToken stop)
    {
        await foreach (var piece in _underWay.Reader.ReadAllAsync(stop))
        {
            await ArriveAsync(piece.Arrival, stop);
            for (var rest = piece.Bytes; !rest.IsEmpty;)
            {
                var (allowed, atLimit) = await NextAsync(rest.Length, stop);
                if (atLimit is { } action)
                {
                    return action;
                }

                if (!IsLost())
                {
                    await SendAsync(rest[..allowed], stop);
                }

                rest = rest[allowed..];
                if (AtLimit() is { } end)
                {
                    // At the byte itself, not when the next one comes.
                    return end;
                }
            }
        }

        await NextAsync(0, stop);
        if (!IsLost())
        {
            destination.Shutdown(SocketShutdown.Send);
        }

        return null;
    }

    /// <summary>Waits while the direction is held; tells how many bytes may go now, or that the limit is reached.</summary>
    private async Task<(int Allowed, LimitAction? AtLimit)> NextAsync(int wanted, CancellationToken stop)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (AtLimit() is { } action)
                {
                    return (0, action);
                }

                if (!_toxics.IsHeld && (_limitLeft != 0 || _isHalfClosed))
                {
                    var allowed = _toxics.SliceBytes > 0 ? Math.Min(wanted, _toxics.SliceBytes) : wanted;
                    if (_limitLeft > 0)
                    {
                        allowed = (int)Math.Min(allowed, _limitLeft.Value);
                        _limitLeft -= allowed;
                    }

                    return (allowed, null);
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(stop);
        }
    }

    /// <summary>What ends the connection at its limit; a limit that ends only this direction is seen to here.</summary>
    private LimitAction? AtLimit()
    {
        lock (_gate)
        {
            if (_limitLeft != 0)
            {
                return null;
            }

            if (_toxics.AtLimit == LimitAction.HalfClose && !_isHalfClosed)
            {
                _isHalfClosed = true;
                destination.Shutdown(SocketShutdown.Send);
            }

            return _toxics.AtLimit is LimitAction.Close or LimitAction.Reset ? _toxics.AtLimit : null;
        }
    }

    private bool IsLost()
    {
        lock (_gate)
        {
            return _toxics.IsDiscarding || _isHalfClosed;
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        for (var rest = bytes; !rest.IsEmpty;)
        {
            var sent = await destination.SendAsync(rest, SocketFlags.None, stop);
            Interlocked.Add(ref _forwarded, sent);
            rest = rest[sent..];
        }

        var rate = Toxics.BytesPerSecond;
        if (rate > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds((double)bytes.Length / rate), stop);
        }
    }

    private static async Task ArriveAsync(long arrival, CancellationToken stop)
    {
        // A timer counts whole milliseconds and may be early by a part of one.
        for (var left = Left(); left > TimeSpan.Zero; left = Left())
        {
            await Task.Delay(left + TimeSpan.FromMilliseconds(1), stop);
        }

        TimeSpan Left() => Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), arrival);
    }

    private readonly record struct Piece(ReadOnlyMemory<byte> Bytes, long Arrival);
}
