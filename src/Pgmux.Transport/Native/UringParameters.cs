using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary><c>struct io_uring_params</c>: what a ring is asked for, and what the kernel answers.</summary>
[StructLayout(LayoutKind.Explicit, Size = 120)]
internal struct UringParameters
{
    [FieldOffset(0)]
    public uint SubmissionEntries;

    [FieldOffset(4)]
    public uint CompletionEntries;

    [FieldOffset(8)]
    public uint Flags;

    [FieldOffset(20)]
    public uint Features;

    /// <summary><c>struct io_sqring_offsets</c>, where the fields of the submission queue are.</summary>
    [FieldOffset(40)]
    public uint SubmissionHeadOffset;

    [FieldOffset(44)]
    public uint SubmissionTailOffset;

    [FieldOffset(64)]
    public uint SubmissionArrayOffset;

    /// <summary><c>struct io_cqring_offsets</c>, where the fields of the completion queue are.</summary>
    [FieldOffset(80)]
    public uint CompletionHeadOffset;

    [FieldOffset(84)]
    public uint CompletionTailOffset;

    [FieldOffset(100)]
    public uint CompletionEntriesOffset;
}
