using Pgmux.Testing.Transport;
using Pgmux.Transport;

namespace Pgmux.Testing.FakePostgres;

/// <summary>A cancel request that has reached the <see cref="FakePostgres"/>.</summary>
internal sealed class FakeCancel(FakePostgres postgres, TransportConnection transport, int processId, byte[] secret)
{
    /// <summary>The backend it is for; null when there is none with this key.</summary>
    public FakeServer? Target { get; } =
        postgres.Find(processId) is { } server && server.Secret.AsSpan().SequenceEqual(secret) ? server : null;

    /// <summary>Whether it has been dealt with.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The statement that was under way when the signal came, and is cancelled by it; null when there was none.</summary>
    public string? Hit { get; private set; }

    /// <summary>Sends the signal and closes the connection, as the postmaster does, and lets everything settle.</summary>
    public void Deliver()
    {
        DeliverQuietly();
        postgres.Network.RunUntilIdle();
    }

    /// <summary>The same, and lets nothing happen yet.</summary>
    public void DeliverQuietly()
    {
        Signal();
        transport.Close();
    }

    /// <summary>The same in its time: the process that has the request lives on when the connection is gone.</summary>
    internal void Deliver(SimulatedLoop loop, TimeSpan signalDelay, TimeSpan closeDelay) => loop.Core.AddDeadline(
        signalDelay,
        _ =>
        {
            Signal();
            loop.Core.AddDeadline(closeDelay, _ => transport.Close(), null);
        },
        null);

    /// <summary>Breaks the connection; the backend hears of nothing.</summary>
    internal void Refuse()
    {
        IsDone = true;
        ((InMemoryConnection)transport).Reset();
    }

    private void Signal()
    {
        if (!IsDone)
        {
            IsDone = true;
            Hit = Target?.Cancel();
        }
    }
}
