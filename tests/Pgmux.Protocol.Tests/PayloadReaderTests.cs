namespace Pgmux.Protocol.Tests;

public sealed class PayloadReaderTests
{
    [Test]
    public void Fields_are_read_in_order()
    {
        var reader = new PayloadReader([7, 0x01, 0x02, 0xFF, 0xFF, 0xFF, 0xFE, (byte)'a', (byte)'b', 0, 9, 8]);

        Assert.That(reader.ReadByte(), Is.EqualTo(7));
        Assert.That(reader.ReadInt16(), Is.EqualTo(0x0102));
        Assert.That(reader.ReadInt32(), Is.EqualTo(-2));
        Assert.That(reader.ReadCString().SequenceEqual("ab"u8));
        Assert.That(reader.RemainingLength, Is.EqualTo(2));
        Assert.That(reader.Remaining[0], Is.EqualTo(9));
        Assert.That(reader.IsAtEnd, Is.False);
        Assert.That(reader.ReadBytes(2).SequenceEqual<byte>([9, 8]));
        Assert.That(reader.IsAtEnd);
        reader.ExpectEnd();
    }

    [TestCase(int.MinValue), TestCase(-2), TestCase(-1), TestCase(4), TestCase(int.MaxValue), TestCase(int.MaxValue - 2)]
    [Property("Row", "C01")]
    public void A_length_that_does_not_fit_takes_nothing(int length)
    {
        var reader = new PayloadReader([1, 2, 3, 4, 5]);
        reader.ReadInt16();
        var threw = false;
        try
        {
            reader.ReadBytes(length);
        }
        catch (ProtocolViolationException)
        {
            threw = true;
        }

        Assert.That(threw);
        Assert.That(reader.RemainingLength, Is.EqualTo(3));
    }

    [Test]
    public void What_is_left_over_breaks_the_protocol() =>
        Assert.That(() => new PayloadReader([1]).ExpectEnd(), Throws.TypeOf<ProtocolViolationException>());

    [Test]
    public void A_violation_carries_the_code_of_PostgreSQL() =>
        Assert.That(
            () => new PayloadReader([1]).ReadCString().Length,
            Throws.TypeOf<ProtocolViolationException>().With.Property("SqlState").EqualTo("08P01"));
}
