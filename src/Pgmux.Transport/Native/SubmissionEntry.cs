using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary><c>struct io_uring_sqe</c>: what the kernel is asked to do.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct SubmissionEntry
{
    public const byte OperationPollAdd = 6;
    public const byte OperationSendMessage = 9;
    public const byte OperationAsyncCancel = 14;
    public const byte OperationSend = 26;
    public const byte OperationReceive = 27;

    /// <summary>IOSQE_BUFFER_SELECT: the kernel takes a buffer of <see cref="BufferGroup"/>.</summary>
    public const byte FlagBufferSelect = 1 << 5;

    /// <summary>IORING_RECVSEND_POLL_FIRST: nothing is expected to be there yet.</summary>
    public const ushort PriorityPollFirst = 1;

    /// <summary>IORING_POLL_ADD_MULTI: goes on after an event.</summary>
    public const uint PollMultishot = 1;

    [FieldOffset(0)]
    public byte Operation;

    [FieldOffset(1)]
    public byte Flags;

    [FieldOffset(2)]
    public ushort Priority;

    [FieldOffset(4)]
    public int Descriptor;

    [FieldOffset(8)]
    public ulong Offset;

    [FieldOffset(16)]
    public ulong Address;

    [FieldOffset(24)]
    public uint Length;

    /// <summary>Flags of the operation: those of send(2), or the events of poll(2).</summary>
    [FieldOffset(28)]
    public uint OperationFlags;

    [FieldOffset(32)]
    public ulong UserData;

    [FieldOffset(40)]
    public ushort BufferGroup;
}
