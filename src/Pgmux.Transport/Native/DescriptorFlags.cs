using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>fcntl(2) with what a descriptor needs that another process has opened.</summary>
internal static partial class DescriptorFlags
{
    private const int SetDescriptorFlags = 2;
    private const int GetStatusFlags = 3;
    private const int SetStatusFlags = 4;
    private const int CloseOnExec = 1;
    private const int NonBlocking = 0x800;

    /// <summary>Makes a descriptor ours: no call on it waits, and no program that is started gets it. False with errno when it is none.</summary>
    public static bool TryTakeOver(int descriptor)
    {
        var flags = Control(descriptor, GetStatusFlags, 0);
        return flags >= 0
            && Control(descriptor, SetStatusFlags, flags | NonBlocking) == 0
            && Control(descriptor, SetDescriptorFlags, CloseOnExec) == 0;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, nint argument);
}
