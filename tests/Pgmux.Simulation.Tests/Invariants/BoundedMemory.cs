namespace Pgmux.Simulation.Tests.Invariants;

/// <summary>I10: buffers are bounded by the number of connections, however slow or talkative their peers are.</summary>
internal sealed class BoundedMemory : IInvariant
{
    // Unsent bytes up to their limit of 64 KiB and the block that passes it, and what a read has lent.
    private const long BytesPerConnection = 4 * 64 * 1024;

    public IEnumerable<string> Check(MuxView view)
    {
        var connections = view.Mux.Network.Links.Count;
        var rented = view.Mux.RentedBytes;
        if (rented > connections * BytesPerConnection)
        {
            yield return $"I10: {rented} bytes in buffers for {connections} links";
        }
    }
}
