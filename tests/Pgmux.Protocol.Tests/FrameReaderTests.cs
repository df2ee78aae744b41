using System.Buffers.Binary;

namespace Pgmux.Protocol.Tests;

public sealed class FrameReaderTests
{
    private const int Limit = 1_000_000;

    private static readonly int[] WrongLengths = [int.MinValue, -2, -1, 0, 1, 2, 3, Limit + 1, int.MaxValue];

    [TestCaseSource(nameof(WrongLengths)), Property("Row", "B01"), Property("Row", "C01"), Property("Row", "C19"), Property("Row", "Q06")]
    public void A_length_outside_the_limits_breaks_the_protocol(int length)
    {
        byte[] input = [(byte)'Q', 0, 0, 0, 0, 1, 2, 3];
        BinaryPrimitives.WriteInt32BigEndian(input.AsSpan(1), length);
        Assert.That(() => new FrameReader().Read(input, Limit, out _), Throws.TypeOf<ProtocolViolationException>());
        Assert.That(() => FrameReader.TryPeek(input, Limit, out _, out _), Throws.TypeOf<ProtocolViolationException>());
    }

    [Test, Property("Row", "B06")]
    public void Part_of_a_header_is_not_taken([Range(0, 4)] int arrived)
    {
        var reader = new FrameReader();
        Assert.That(reader.Read(new byte[] { (byte)'S', 0, 0, 0, 4 }.AsSpan(0, arrived), Limit, out var frame), Is.EqualTo(FrameStatus.NeedMore));
        Assert.That(frame.Bytes.IsEmpty);
        Assert.That(reader.IsMidMessage, Is.False);
    }

    [TestCaseSource(typeof(MessageSamples), nameof(MessageSamples.All)), Property("Row", "B02")]
    public void Every_message_comes_through_every_split_in_two(MessageSample sample)
    {
        for (var cut = 0; cut <= sample.Bytes.Length; cut++)
        {
            var walk = new FrameWalk();
            walk.Feed(sample.Bytes.AsSpan(0, cut));
            walk.Feed(sample.Bytes.AsSpan(cut));

            Assert.That(walk.Messages, Has.Count.EqualTo(1), $"cut at {cut}");
            Assert.That(walk.Messages[0], Is.EqualTo(sample.Bytes), $"cut at {cut}");
            Assert.That(walk.IsMidMessage, Is.False);
        }
    }

    [Test]
    public void A_run_ends_before_another_type_a_piece_and_a_wrong_length()
    {
        byte[] row = [(byte)'D', 0, 0, 0, 6, 7, 8], end = [(byte)'C', 0, 0, 0, 4];
        Assert.That(FrameReader.LengthOfRun([], (byte)'D', Limit), Is.Zero);
        Assert.That(FrameReader.LengthOfRun(end, (byte)'D', Limit), Is.Zero);
        Assert.That(FrameReader.LengthOfRun([.. row, .. row, .. end, .. row], (byte)'D', Limit), Is.EqualTo(2 * row.Length));
        Assert.That(FrameReader.LengthOfRun([.. row, .. row], (byte)'D', 5), Is.Zero, "above the limit");
        for (var cut = 0; cut < row.Length; cut++)
        {
            Assert.That(FrameReader.LengthOfRun([.. row, .. row[..cut]], (byte)'D', Limit), Is.EqualTo(row.Length), $"cut at {cut}");
        }

        foreach (var length in WrongLengths)
        {
            var wrong = row.ToArray();
            BinaryPrimitives.WriteInt32BigEndian(wrong.AsSpan(1), length);
            Assert.That(FrameReader.LengthOfRun([.. row, .. wrong, .. row], (byte)'D', Limit), Is.EqualTo(row.Length), $"length {length}");
        }
    }

    [Test]
    public void A_stream_of_all_messages_comes_through_every_split_in_two()
    {
        var stream = MessageSamples.All.SelectMany(sample => sample.Bytes).ToArray();
        for (var cut = 0; cut <= stream.Length; cut++)
        {
            var walk = new FrameWalk();
            walk.Feed(stream.AsSpan(0, cut));
            walk.Feed(stream.AsSpan(cut));
            Assert.That(walk.Messages, Is.EqualTo(MessageSamples.All.Select(sample => sample.Bytes)), $"cut at {cut}");
        }
    }

    [Test, Property("Row", "B04")]
    public void A_stream_of_all_messages_comes_through_byte_by_byte()
    {
        var walk = new FrameWalk();
        foreach (var value in MessageSamples.All.SelectMany(sample => sample.Bytes))
        {
            walk.Feed([value]);
        }

        Assert.That(walk.Messages, Is.EqualTo(MessageSamples.All.Select(sample => sample.Bytes)));
    }

    [Test, Property("Row", "R05")]
    public void A_claimed_gigabyte_needs_no_memory()
    {
        var reader = new FrameReader();
        byte[] input = [(byte)'Q', 0x40, 0, 0, 0, 1, 2, 3, 4, 5];
        Assert.That(reader.Read(input, int.MaxValue, out var frame), Is.EqualTo(FrameStatus.Message));
        Assert.That(frame.IsComplete, Is.False);
        Assert.That(frame.Bytes.Length, Is.EqualTo(input.Length));
        Assert.That(reader.BodyRemaining, Is.EqualTo(0x40000000 - 4 - 5));
    }
}
