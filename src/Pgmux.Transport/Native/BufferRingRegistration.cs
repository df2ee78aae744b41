using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary><c>struct io_uring_buf_reg</c>: where a ring of provided buffers is.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BufferRingRegistration
{
    public ulong Address;
    public uint Entries;
    public ushort Group;
    public ushort Flags;
    public ulong Reserved1;
    public ulong Reserved2;
    public ulong Reserved3;
}
