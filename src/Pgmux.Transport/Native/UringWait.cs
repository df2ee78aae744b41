using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary><c>struct io_uring_getevents_arg</c>: how long to wait for completions.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct UringWait
{
    public ulong SignalMask;
    public uint SignalMaskBytes;

    /// <summary>Since Linux 6.12: microseconds to wait for more than one completion.</summary>
    public uint MinimumWaitMicroseconds;

    public KernelTime* Timeout;
}
