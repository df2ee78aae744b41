using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary><c>struct io_uring_buf</c>: a buffer that the kernel may receive into.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct ProvidedBuffer
{
    [FieldOffset(0)]
    public ulong Address;

    [FieldOffset(8)]
    public uint Length;

    [FieldOffset(12)]
    public ushort Id;

    /// <summary>In the first entry of a ring only: behind the last buffer that the kernel may take.</summary>
    [FieldOffset(14)]
    public ushort Tail;
}
