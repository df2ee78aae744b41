using System.Runtime.InteropServices;
using Pgmux.Transport.Native;

namespace Pgmux.Transport.Tests.Native;

/// <summary>Sizes and offsets of the 64-bit C libraries, glibc and musl, on x64 and arm64.</summary>
public sealed unsafe class StructLayoutTests
{
    [Test]
    public void Sizes_are_the_kernels()
    {
        Assert.That(sizeof(IoVector), Is.EqualTo(16));
        Assert.That(sizeof(MessageHeader), Is.EqualTo(56));
        Assert.That(sizeof(LingerValue), Is.EqualTo(8));
        Assert.That(sizeof(UserCredentials), Is.EqualTo(12));
        Assert.That(sizeof(UringParameters), Is.EqualTo(120));
        Assert.That(sizeof(SubmissionEntry), Is.EqualTo(64));
        Assert.That(sizeof(CompletionEntry), Is.EqualTo(16));
        Assert.That(sizeof(UringWait), Is.EqualTo(24));
        Assert.That(sizeof(KernelTime), Is.EqualTo(16));
        Assert.That(sizeof(RingDescriptorUpdate), Is.EqualTo(16));
        Assert.That(sizeof(BufferRingRegistration), Is.EqualTo(40));
        Assert.That(sizeof(ProvidedBuffer), Is.EqualTo(16));
    }

    [Test]
    public void Structures_of_PAM_are_the_librarys()
    {
        Assert.That((sizeof(PamConversation), sizeof(PamMessage), sizeof(PamResponse)), Is.EqualTo((16, 16, 16)));
        Assert.That((int)Marshal.OffsetOf<PamMessage>(nameof(PamMessage.Text)), Is.EqualTo(8));
        Assert.That((int)Marshal.OffsetOf<PamResponse>(nameof(PamResponse.Code)), Is.EqualTo(8));
    }

    [Test]
    [TestCase(nameof(MessageHeader.Name), 0)]
    [TestCase(nameof(MessageHeader.NameLength), 8)]
    [TestCase(nameof(MessageHeader.Vectors), 16)]
    [TestCase(nameof(MessageHeader.VectorCount), 24)]
    [TestCase(nameof(MessageHeader.Control), 32)]
    [TestCase(nameof(MessageHeader.ControlLength), 40)]
    [TestCase(nameof(MessageHeader.Flags), 48)]
    public void Fields_of_a_message_header_stand_where_the_kernel_reads_them(string field, int offset) =>
        Assert.That((int)Marshal.OffsetOf<MessageHeader>(field), Is.EqualTo(offset));

    [Test]
    [TestCase(nameof(UringWait.SignalMask), 0)]
    [TestCase(nameof(UringWait.SignalMaskBytes), 8)]
    [TestCase(nameof(UringWait.MinimumWaitMicroseconds), 12)]
    [TestCase(nameof(UringWait.Timeout), 16)]
    public void Fields_of_a_wait_stand_where_the_kernel_reads_them(string field, int offset) =>
        Assert.That((int)Marshal.OffsetOf<UringWait>(field), Is.EqualTo(offset));

    [Test]
    public void A_time_is_told_in_seconds_and_nanoseconds()
    {
        var time = KernelTime.Of(TimeSpan.FromTicks((3 * TimeSpan.TicksPerSecond) + 7));
        Assert.That((time.Seconds, time.Nanoseconds), Is.EqualTo((3L, 700L)));
    }
}
