using Pgmux.Testing.Transport;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Hosting.Faults;

/// <summary>A loop on which connects, offloaded work and the connections made while the fault is armed may fail.</summary>
internal sealed class FaultyLoop : EventLoop
{
    private readonly SimulatedLoop _loop;
    private readonly FaultPoint _fault;

    public FaultyLoop(SimulatedLoop loop, FaultPoint fault)
    {
        _loop = loop;
        _fault = fault;
        Clock = new JumpingClock(loop.TimeProvider);
        loop.UnhandledException = failure => UnhandledException?.Invoke(failure);
    }

    /// <summary>Called with the time that a sweep begins; may throw.</summary>
    public Action? BeforeSweep { get; set; }

    /// <summary>Work offloaded so far.</summary>
    public int Offloads { get; private set; }

    /// <summary>While not null, offloaded work waits for it.</summary>
    public TaskCompletionSource? OffloadGate { get; set; }

    public override int Index => _loop.Index;

    public override TimeProvider TimeProvider => Clock;

    /// <summary>The loop's clock, whose time of day may jump.</summary>
    public JumpingClock Clock { get; }

    public override long Timestamp => _loop.Timestamp;

    public override bool IsCurrent => _loop.IsCurrent;

    public override void Post(Action<object?> callback, object? state) => _loop.Post(callback, state);

    public override IDisposable AddSweep(Action sweep) => _loop.AddSweep(() =>
    {
        BeforeSweep?.Invoke();
        sweep();
    });

    public override TransportListener Listen(ListenOptions options, Action<TransportConnection> accepted) =>
        _loop.Listen(options, connection => accepted(Wrap(connection)));

    public override async ValueTask<TransportConnection> ConnectAsync(ConnectOptions options, CancellationToken cancellationToken)
    {
        Pass("ConnectAsync");
        var connection = await _loop.ConnectAsync(options, cancellationToken);
        try
        {
            Pass("ConnectAsync has connected");
        }
        catch
        {
            connection.Abort();
            throw;
        }

        return Wrap(connection);
    }

    public override async Task<T> OffloadAsync<T>(Func<T> work)
    {
        Offloads++;
        Pass("OffloadAsync");
        if (OffloadGate is { } gate)
        {
            await gate.Task;
        }

        var result = await _loop.OffloadAsync(work);
        Pass("OffloadAsync is done");
        return result;
    }

    private FaultyConnection Wrap(TransportConnection connection) => new(this, connection, _fault.IsArmed ? _fault : null);

    private void Pass(string place)
    {
        if (_fault.IsArmed)
        {
            _fault.Pass(place);
        }
    }
}
