using System.Text;
using FsCheck.Fluent;

namespace Pgmux.Protocol.Tests;

public sealed class WireTextTests
{
    [Test, Property("Row", "H08")]
    public void Any_bytes_come_back_as_they_were() =>
        Prop.ForAll<byte[]>(bytes => WireText.Encode(WireText.Decode(bytes)).SequenceEqual(bytes)).CheckHolds();

    [Test]
    public void Valid_text_is_decoded_as_it_is() =>
        Prop.ForAll<string>(text =>
        {
            var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));
            return WireText.Decode(Encoding.UTF8.GetBytes(valid)) == valid && WireText.Encode(valid).SequenceEqual(Encoding.UTF8.GetBytes(valid));
        }).CheckHolds();

    [TestCase(new byte[] { 0xFF })]
    [TestCase(new byte[] { 0x41, 0xC3, 0x42 })]
    [TestCase(new byte[] { 0xED, 0xB2, 0x80 }, TestName = "An_encoded_surrogate_comes_back")]
    [TestCase(new byte[] { 0xF0, 0x9F, 0x98, 0x80, 0x80 }, TestName = "A_stray_byte_behind_a_pair_comes_back")]
    [TestCase(new byte[] { 0xF0, 0x9F, 0x98 }, TestName = "A_cut_sequence_comes_back")]
    public void Bytes_that_are_no_UTF8_come_back(byte[] bytes)
    {
        var text = WireText.Decode(bytes);
        Assert.That(WireText.Encode(text), Is.EqualTo(bytes));
        Assert.That(WireText.GetByteCount(text), Is.EqualTo(bytes.Length));
    }

    [Test]
    public void Different_bytes_are_different_names() =>
        Assert.That(WireText.Decode([0xFF]), Is.Not.EqualTo(WireText.Decode([0xFE])));

    [Test]
    public void Emoji_are_no_escapes() => Assert.That(WireText.Encode("a\U0001F600b"), Is.EqualTo("a\U0001F600b"u8.ToArray()));
}
