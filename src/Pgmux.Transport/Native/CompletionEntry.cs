using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary><c>struct io_uring_cqe</c>: how something that the kernel was asked to do has ended.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct CompletionEntry
{
    /// <summary>IORING_CQE_F_BUFFER: the upper half of the flags names the buffer that was filled.</summary>
    private const uint FlagBuffer = 1 << 0;

    /// <summary>IORING_CQE_F_MORE: the same request goes on.</summary>
    private const uint FlagMore = 1 << 1;

    /// <summary>IORING_CQE_F_SOCK_NONEMPTY: the socket had more than the buffer took.</summary>
    private const uint FlagSocketNotEmpty = 1 << 2;

    private const int BufferShift = 16;

    public readonly ulong UserData;

    /// <summary>Bytes or events; below zero an error number.</summary>
    public readonly int Result;

    public readonly uint Flags;

    public bool HasBuffer => (Flags & FlagBuffer) != 0;

    public int Buffer => (int)(Flags >> BufferShift);

    public bool GoesOn => (Flags & FlagMore) != 0;

    public bool IsSocketNotEmpty => (Flags & FlagSocketNotEmpty) != 0;

    public Errno Error => Result < 0 ? (Errno)(-Result) : Errno.None;
}
