using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>getpwuid_r(3) and getpwnam_r(3) of the C library, which ask all sources that nsswitch.conf names.</summary>
internal static unsafe partial class PasswdCalls
{
    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    public static partial Errno GetUser(uint userId, out PasswdEntry entry, byte* buffer, nuint length, out nint found);

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    public static partial Errno GetUser(string name, out PasswdEntry entry, byte* buffer, nuint length, out nint found);
}
