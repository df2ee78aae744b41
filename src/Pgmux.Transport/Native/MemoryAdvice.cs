using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>madvise(2).</summary>
internal static unsafe partial class MemoryAdvice
{
    private const int DontNeed = 4;

    /// <summary>
    /// Gives the whole pages inside a pinned array back to the system at once. The array may be collected later, whenever the
    /// collector next runs: an idle process may not collect for hours.
    /// </summary>
    public static void Release(byte[] pinned)
    {
        var page = (nuint)Environment.SystemPageSize;
        var first = (nuint)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
        var start = (first + page - 1) / page * page;
        var end = (first + (nuint)pinned.Length) / page * page;
        if (end > start)
        {
            // Advice only: when the kernel refuses it, the collector returns the memory later.
            _ = Advise((void*)start, end - start, DontNeed);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
