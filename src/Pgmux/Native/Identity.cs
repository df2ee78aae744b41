using System.Runtime.InteropServices;
using Pgmux.Transport;

namespace Pgmux.Native;

/// <summary>Who the process runs as, and becoming somebody with fewer rights.</summary>
internal static partial class Identity
{
    /// <summary>Whether the process may do everything.</summary>
    public static bool IsRoot => GetEffectiveUserId() == 0;

    /// <summary>The user that the process acts as.</summary>
    public static uint UserId => GetEffectiveUserId();

    /// <summary>
    /// Takes the user's groups and ids for all threads, for good. False and a sentence when the user is unknown or the
    /// process may not.
    /// </summary>
    public static bool TryBecome(string user, out string problem)
    {
        problem = "";
        if (SystemUsers.Find(user) is not { } entry)
        {
            problem = $"user \"{user}\" does not exist";
            return false;
        }

        if (entry.UserId == GetEffectiveUserId() && entry.UserId == GetUserId())
        {
            return true;
        }

        // Groups first: after setuid the right to change them is gone.
        if (InitGroups(user, entry.GroupId) != 0 || SetGroupId(entry.GroupId) != 0 || SetUserId(entry.UserId) != 0)
        {
            problem = $"cannot become user \"{user}\": {Marshal.GetLastPInvokeErrorMessage()}";
            return false;
        }

        if (entry.UserId != 0 && SetUserId(0) == 0)
        {
            problem = $"becoming user \"{user}\" left a way back to root";
            return false;
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "getuid")]
    private static partial uint GetUserId();

    [LibraryImport("libc", EntryPoint = "initgroups", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int InitGroups(string user, uint group);

    [LibraryImport("libc", EntryPoint = "setgid", SetLastError = true)]
    private static partial int SetGroupId(uint group);

    [LibraryImport("libc", EntryPoint = "setuid", SetLastError = true)]
    private static partial int SetUserId(uint user);
}
