using System.Runtime;
using Pgmux.Transport.Native;

namespace Pgmux.Transport;

/// <summary>The memory of the whole process.</summary>
public static class ProcessMemory
{
    /// <summary>
    /// Collects all garbage and gives what is empty then back to the system. All threads stand still meanwhile: not while anybody waits.
    /// </summary>
    public static void ReturnUnused()
    {
        // Aggressive: empty pages go back now rather than over the next collections, of which there may be none.
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.Trim();
    }
}
