using System.Runtime.InteropServices;
using Pgmux.Transport.Native;

namespace Pgmux.Transport;

/// <summary>
/// The users of the system, by the C library: local ones, and those of a directory service where there is one. A look-up may block for as
/// long as that service takes, so it is not for a loop's thread.
/// </summary>
public static unsafe class SystemUsers
{
    private const int FirstBufferBytes = 1024;

    /// <summary>An entry that needs more is not believed.</summary>
    private const int LargestBufferBytes = 1024 * 1024;

    /// <summary>The user with this id; null when the system has none, or cannot say.</summary>
    public static SystemUser? Find(uint userId) => Find(null, userId);

    /// <summary>The user of this name; null when the system has none, or cannot say.</summary>
    public static SystemUser? Find(string name) => Find(name, 0);

    private static SystemUser? Find(string? name, uint userId)
    {
        for (var size = FirstBufferBytes; size <= LargestBufferBytes; size *= 4)
        {
            var strings = new byte[size];
            fixed (byte* buffer = strings)
            {
                var error = name is null
                    ? PasswdCalls.GetUser(userId, out var entry, buffer, (nuint)size, out var found)
                    : PasswdCalls.GetUser(name, out entry, buffer, (nuint)size, out found);
                if (error != Errno.OutOfRange)
                {
                    return error == Errno.None && found != 0
                        ? new SystemUser(Marshal.PtrToStringUTF8(entry.Name)!, entry.UserId, entry.GroupId)
                        : null;
                }
            }
        }

        return null;
    }
}
