using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

internal static class ErrnoExtensions
{
    /// <summary>
    /// The error of the kernel call that has just failed. The runtime keeps errno across a pause for the garbage collector,
    /// so reading it here is as good as <c>SetLastError</c> and costs nothing when the call succeeds.
    /// </summary>
    public static Errno Last() => (Errno)Marshal.GetLastSystemError();

    /// <summary>The system's words for an error.</summary>
    public static string Describe(this Errno error) => Marshal.GetPInvokeErrorMessage((int)error);

    /// <summary>Whether this process or the machine has run out of something that may come back.</summary>
    public static bool IsExhaustion(this Errno error) =>
        error is Errno.TooManyFiles or Errno.TableOverflow or Errno.NoBufferSpace or Errno.OutOfMemory;
}
