using Pgmux.Core.Clients;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Sends no Flush on.</summary>
internal sealed class DroppedFlushes(ClientConnection client) : ClientRequestReader(client)
{
    private static ReadOnlySpan<byte> Flush => [(byte)'H', 0, 0, 0, 4];

    protected override void Forward(ReadOnlySpan<byte> run) =>
        base.Forward(run.EndsWith(Flush) ? run[..^Flush.Length] : run);
}
