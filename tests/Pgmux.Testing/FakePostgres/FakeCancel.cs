using Pgmux.Transport;

namespace Pgmux.Testing.FakePostgres;

/// <summary>A cancel request that has reached the <see cref="FakePostgres"/>.</summary>
internal sealed class FakeCancel(FakePostgres postgres, TransportConnection transport, int processId, byte[] secret)
{
    /// <summary>The backend it is for; null when there is none with this key.</summary>
    public FakeServer? Target { get; } =
        postgres.Servers.FirstOrDefault(server => server.ProcessId == processId && server.Secret.AsSpan().SequenceEqual(secret));

    /// <summary>Whether it has been dealt with.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Sends the signal and closes the connection, as the postmaster does, and lets everything settle.</summary>
    public void Deliver()
    {
        DeliverQuietly();
        postgres.Network.RunUntilIdle();
    }

    internal void DeliverQuietly()
    {
        IsDone = true;
        Target?.Cancel();
        transport.Close();
    }
}
