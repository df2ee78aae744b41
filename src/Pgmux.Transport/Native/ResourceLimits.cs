using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>getrlimit.</summary>
internal static unsafe partial class ResourceLimits
{
    // RLIMIT_NOFILE and RLIM_INFINITY in the kernel's generic numbering, which x64 and arm64 use.
    private const int OpenFiles = 7;
    private const ulong Infinite = ulong.MaxValue;

    /// <summary>How many descriptors the process may have: now, and at most.</summary>
    public static (long Soft, long Hard) Descriptors()
    {
        var limit = stackalloc ulong[2];
        return GetLimit(OpenFiles, limit) == 0
            ? (Number(limit[0]), Number(limit[1]))
            : throw new InvalidOperationException($"getrlimit failed: {ErrnoExtensions.Last()}");
    }

    private static long Number(ulong limit) => limit == Infinite ? long.MaxValue : (long)Math.Min(limit, long.MaxValue);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, ulong* limit);
}
