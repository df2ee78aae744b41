using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary><c>struct cmsghdr</c> of unix(7)'s SCM_RIGHTS, as the 64-bit C libraries lay it out; the descriptors follow it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DescriptorControl
{
    /// <summary>SOL_SOCKET.</summary>
    public const int LevelSocket = 1;

    /// <summary>SCM_RIGHTS.</summary>
    public const int Rights = 1;

    /// <summary>Bytes of the header, which descriptors begin behind: CMSG_LEN(0).</summary>
    public const int HeaderBytes = 16;

    public nuint Length;
    public int Level;
    public int Type;

    /// <summary>Bytes that so many descriptors take with their header: CMSG_SPACE.</summary>
    public static int Space(int descriptors) => (HeaderBytes + (descriptors * sizeof(int)) + sizeof(long) - 1) & -sizeof(long);
}
