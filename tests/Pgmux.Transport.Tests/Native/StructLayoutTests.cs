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
}
