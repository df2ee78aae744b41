using Pgmux.Core.Cancellation;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Now and then takes a cancel request for that of the client before.</summary>
internal sealed class CancelsOfAnother : CancelRegistry
{
    private const int Every = 3;

    private ICancelTarget? _before;
    private int _found;

    public override ICancelTarget? Find(int processId, ReadOnlySpan<byte> secret)
    {
        var found = base.Find(processId, secret);
        var target = ++_found % Every == 0 ? _before : found;
        _before = found ?? _before;
        return target;
    }
}
