using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary><c>struct msghdr</c> as the 64-bit C libraries lay it out.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public byte* Name;
    public uint NameLength;
    public IoVector* Vectors;
    public nuint VectorCount;
    public byte* Control;
    public nuint ControlLength;
    public int Flags;
}
