using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>malloc_trim(3).</summary>
internal static partial class NativeHeap
{
    private static bool IsMissing;

    /// <summary>
    /// Gives the unused pages of the C library's heap back to the system. The library does that by itself at the end of its first arena
    /// only, and what the compiler and the cryptography have taken for a moment lies in others.
    /// </summary>
    public static void Trim()
    {
        if (IsMissing)
        {
            return;
        }

        try
        {
            _ = MallocTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // A C library other than glibc, which has its own ways.
            IsMissing = true;
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint keptBytes);
}
