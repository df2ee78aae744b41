using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary><c>struct ucred</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UserCredentials
{
    public int ProcessId;
    public uint UserId;
    public uint GroupId;
}
