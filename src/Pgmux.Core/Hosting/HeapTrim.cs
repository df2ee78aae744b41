using Microsoft.Extensions.Logging;
using Pgmux.Transport;

namespace Pgmux.Core.Hosting;

/// <summary>
/// Gives the memory of a burst back to the system once the process is quiet. Called by the sweep of one loop. The collection stops all
/// threads, for 10 to 30 ms with thousands of parked clients, which is why <see cref="HeapTrimRule"/> waits for a moment when nobody minds.
/// </summary>
internal sealed class HeapTrim(EventLoop loop, ILogger logger)
{
    private readonly HeapTrimRule _rule = new();

    /// <summary>Collects if it is time.</summary>
    public void Sweep()
    {
        if (_rule.IsDue(Look(loop.Timestamp)))
        {
            Collect();
        }
    }

    private void Collect()
    {
        var before = GC.GetTotalMemory(forceFullCollection: false);
        var allocated = _rule.AllocatedBytes;
        var start = loop.TimeProvider.GetTimestamp();
        ProcessMemory.ReturnUnused();
        var end = loop.TimeProvider.GetTimestamp();
        var took = loop.TimeProvider.GetElapsedTime(start, end);
        var live = GC.GetTotalMemory(forceFullCollection: false);
        _rule.OnTrimmed(Look(end), live, took);
        HostingLog.HeapTrimmed(logger, before, live, took.TotalMilliseconds, allocated);
    }

    private ProcessActivity Look(long timestamp) => new(
        loop.TimeProvider.GetElapsedTime(0, timestamp), GC.GetTotalAllocatedBytes(precise: false), Environment.CpuUsage.TotalTime);
}
