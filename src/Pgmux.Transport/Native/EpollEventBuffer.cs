using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pgmux.Transport.Native;

/// <summary>
/// Room for the events of one epoll_wait. <c>struct epoll_event</c> is packed on x64 only (12 bytes there, 16 elsewhere), so
/// the fields are read by their offset.
/// </summary>
internal sealed unsafe class EpollEventBuffer : IDisposable
{
    public static readonly int Stride = IsPacked ? 12 : 16;
    public static readonly int DataOffset = IsPacked ? 4 : 8;

    private byte* _events;

    public EpollEventBuffer(int capacity)
    {
        Capacity = capacity;
        _events = (byte*)NativeMemory.AllocZeroed((nuint)(capacity * Stride));
    }

    public int Capacity { get; }

    public byte* Pointer => _events;

    private static bool IsPacked => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public uint Events(int index) => Unsafe.ReadUnaligned<uint>(_events + (index * Stride));

    public ulong Data(int index) => Unsafe.ReadUnaligned<ulong>(_events + (index * Stride) + DataOffset);

    public void Set(int index, uint events, ulong data)
    {
        Unsafe.WriteUnaligned(_events + (index * Stride), events);
        Unsafe.WriteUnaligned(_events + (index * Stride) + DataOffset, data);
    }

    public void Dispose()
    {
        NativeMemory.Free(_events);
        _events = null;
    }
}
