using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pgmux.Transport.Native;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Tests.Native;

public sealed unsafe class EpollEventBufferTests
{
    [Test]
    public void The_layout_is_the_kernels()
    {
        var isPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
        Assert.That(EpollEventBuffer.Stride, Is.EqualTo(isPacked ? 12 : 16));
        Assert.That(EpollEventBuffer.DataOffset, Is.EqualTo(isPacked ? 4 : 8));
    }

    [Test]
    public void Events_stand_side_by_side()
    {
        using var buffer = new EpollEventBuffer(2);
        buffer.Set(0, 0x11223344, 0x0102030405060708);
        buffer.Set(1, 0x55667788, ulong.MaxValue);
        Assert.That(buffer.Events(0), Is.EqualTo(0x11223344));
        Assert.That(buffer.Data(0), Is.EqualTo(0x0102030405060708));
        Assert.That(buffer.Events(1), Is.EqualTo(0x55667788));
        Assert.That(buffer.Data(1), Is.EqualTo(ulong.MaxValue));
        Assert.That(Unsafe.ReadUnaligned<uint>(buffer.Pointer + EpollEventBuffer.Stride), Is.EqualTo(0x55667788));
    }

    [Test]
    public void The_kernel_gives_back_what_it_was_given()
    {
        var epoll = EpollCalls.Create();
        var signal = EventFd.Create();
        using var argument = new EpollEventBuffer(1);
        using var events = new EpollEventBuffer(4);
        try
        {
            argument.Set(0, (uint)PollEvents.In | EpollCalls.EdgeTriggered, 0xFEDCBA9876543210);
            Assert.That(EpollCalls.Control(epoll, EpollCalls.Add, signal, argument.Pointer), Is.Zero);
            EventFd.Signal(signal);
            Assert.That(EpollCalls.Wait(epoll, events.Pointer, events.Capacity, 0), Is.EqualTo(1));
            Assert.That(events.Events(0), Is.EqualTo((uint)PollEvents.In));
            Assert.That(events.Data(0), Is.EqualTo(0xFEDCBA9876543210));

            // Nobody reads the counter, and yet each signal is an edge.
            Assert.That(EpollCalls.Wait(epoll, events.Pointer, events.Capacity, 0), Is.Zero);
            EventFd.Signal(signal);
            Assert.That(EpollCalls.Wait(epoll, events.Pointer, events.Capacity, 0), Is.EqualTo(1));
        }
        finally
        {
            _ = SocketCalls.Close(signal);
            _ = SocketCalls.Close(epoll);
        }
    }
}
