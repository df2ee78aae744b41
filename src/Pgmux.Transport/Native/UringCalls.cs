using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>
/// io_uring(7) by plain system calls, without liburing. The numbers are those of linux/io_uring.h, alike on x64 and arm64.
/// </summary>
internal static unsafe partial class UringCalls
{
    public const uint SetupCompletionQueueSize = 1u << 3;
    public const uint SetupStartDisabled = 1u << 6;
    public const uint SetupSubmitAll = 1u << 7;
    public const uint SetupCooperativeTaskRun = 1u << 8;
    public const uint SetupSingleIssuer = 1u << 12;
    public const uint SetupDeferTaskRun = 1u << 13;

    public const uint FeatureSingleMapping = 1u << 0;
    public const uint FeatureNoDrop = 1u << 1;
    public const uint FeatureExtendedArgument = 1u << 8;

    public const uint EnterGetEvents = 1u << 0;
    public const uint EnterExtendedArgument = 1u << 3;
    public const uint EnterRegisteredRing = 1u << 4;

    public const uint RegisterEnableRings = 12;
    public const uint RegisterRingDescriptors = 20;
    public const uint RegisterBufferRing = 22;

    public const long OffsetOfQueues = 0;
    public const long OffsetOfEntries = 0x10000000;

    private const nint SetupNumber = 425;
    private const nint EnterNumber = 426;
    private const nint RegisterNumber = 427;
    private const int ProtectReadWrite = 0x1 | 0x2;
    private const int MapSharedPopulated = 0x1 | 0x8000;

    public static int Setup(uint entries, UringParameters* parameters) =>
        (int)SystemCall(SetupNumber, (nint)entries, (nint)parameters, 0, 0, 0, 0);

    public static int Enter(int ring, uint toSubmit, uint minimumComplete, uint flags, void* argument, nuint argumentBytes) =>
        (int)SystemCall(EnterNumber, ring, (nint)toSubmit, (nint)minimumComplete, (nint)flags, (nint)argument, (nint)argumentBytes);

    public static int Register(int ring, uint operation, void* argument, uint count) =>
        (int)SystemCall(RegisterNumber, ring, (nint)operation, (nint)argument, (nint)count, 0, 0);

    /// <summary>Maps a part of a ring; null when the kernel refuses.</summary>
    public static byte* Map(int ring, nuint bytes, long offset)
    {
        var address = MapMemory(null, bytes, ProtectReadWrite, MapSharedPopulated, ring, offset);
        return address == (void*)-1 ? null : (byte*)address;
    }

    [LibraryImport("libc", EntryPoint = "munmap")]
    public static partial int Unmap(void* address, nuint bytes);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* MapMemory(void* address, nuint bytes, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third, nint fourth, nint fifth, nint sixth);
}
