using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary><c>struct io_uring_rsrc_update</c>, as registering a ring's own descriptor takes it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RingDescriptorUpdate
{
    /// <summary>Any free place; the kernel answers which.</summary>
    public const uint AnyPlace = uint.MaxValue;

    public uint Place;
    public uint Reserved;
    public ulong Descriptor;
}
