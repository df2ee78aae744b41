using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>struct passwd of glibc and musl on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PasswdEntry
{
    public nint Name;
    public nint Password;
    public uint UserId;
    public uint GroupId;
    public nint Description;
    public nint HomeDirectory;
    public nint Shell;
}
