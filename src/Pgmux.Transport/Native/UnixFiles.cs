using System.Runtime.InteropServices;
using System.Text;

namespace Pgmux.Transport.Native;

/// <summary>What the file of a Unix socket needs and .NET does not offer: its identity and its group.</summary>
internal static unsafe partial class UnixFiles
{
    // struct statx (linux/stat.h) is the same on every architecture, unlike struct stat.
    private const int StatxBytes = 256;
    private const int StatxModeOffset = 28;
    private const int StatxInodeOffset = 32;
    private const int StatxDeviceMajorOffset = 136;
    private const int StatxDeviceMinorOffset = 140;
    private const uint StatxTypeAndInode = 0x1 | 0x100;
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const int FileTypeMask = 0xF000;
    private const int FileTypeSocket = 0xC000;

    // gr_gid in struct group, behind two pointers, on 64-bit systems.
    private const int GroupIdOffset = 16;
    private const int GroupBytes = 32;

    /// <summary>What stands at <paramref name="path"/> now; null when nothing does.</summary>
    public static FileIdentity? Identify(string path)
    {
        var answer = stackalloc byte[StatxBytes];
        fixed (byte* name = Terminated(path))
        {
            if (Statx(CurrentDirectory, name, NoFollow, StatxTypeAndInode, answer) != 0)
            {
                return null;
            }
        }

        var mode = *(ushort*)(answer + StatxModeOffset);
        return new FileIdentity(
            *(uint*)(answer + StatxDeviceMajorOffset),
            *(uint*)(answer + StatxDeviceMinorOffset),
            *(ulong*)(answer + StatxInodeOffset),
            (mode & FileTypeMask) == FileTypeSocket);
    }

    /// <summary>Sets the permissions of a file.</summary>
    public static Errno ChangeMode(string path, UnixFileMode mode)
    {
        fixed (byte* name = Terminated(path))
        {
            return ChangeMode(name, (uint)mode) == 0 ? Errno.None : ErrnoExtensions.Last();
        }
    }

    /// <summary>Gives a file to a group.</summary>
    public static Errno ChangeGroup(string path, uint group)
    {
        fixed (byte* name = Terminated(path))
        {
            return ChangeOwner(name, uint.MaxValue, group) == 0 ? Errno.None : ErrnoExtensions.Last();
        }
    }

    /// <summary>The number of a group; null when the system does not know the name.</summary>
    public static uint? FindGroup(string group)
    {
        if (uint.TryParse(group, out var number))
        {
            return number;
        }

        var entry = stackalloc byte[GroupBytes];
        var strings = new byte[64 * 1024];
        byte* found = null;
        fixed (byte* name = Terminated(group))
        fixed (byte* buffer = strings)
        {
            return GetGroup(name, entry, buffer, (nuint)strings.Length, &found) == 0 && found != null
                ? *(uint*)(found + GroupIdOffset)
                : null;
        }
    }

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + '\0');

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int Statx(int directory, byte* path, int flags, uint mask, byte* answer);

    [LibraryImport("libc", EntryPoint = "chmod")]
    private static partial int ChangeMode(byte* path, uint mode);

    [LibraryImport("libc", EntryPoint = "chown")]
    private static partial int ChangeOwner(byte* path, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "getgrnam_r")]
    private static partial int GetGroup(byte* name, byte* entry, byte* buffer, nuint length, byte** result);
}
