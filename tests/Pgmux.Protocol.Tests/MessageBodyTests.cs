using System.Buffers.Binary;

namespace Pgmux.Protocol.Tests;

/// <summary>Every body that is read, whole and damaged.</summary>
public sealed class MessageBodyTests
{
    private static readonly int[] HostileLengths = [int.MinValue, -2, -1, 0, 3, int.MaxValue, int.MaxValue - 1, 0x10000, 0x7FFF];

    [TestCaseSource(typeof(MessageSamples), nameof(MessageSamples.Readable))]
    public void A_whole_body_is_read(MessageSample sample) => Assert.That(() => Read(sample, sample.Body), Throws.Nothing);

    [TestCaseSource(typeof(MessageSamples), nameof(MessageSamples.Readable)), Property("Row", "B02")]
    public void A_body_cut_at_any_byte_breaks_the_protocol_and_nothing_else(MessageSample sample)
    {
        for (var length = 0; length < sample.Body.Length; length++)
        {
            var cut = sample.Body[..length];
            if (sample.TakesAnyTail)
            {
                AssertReadOrViolation(sample, cut);
            }
            else
            {
                Assert.That(() => Read(sample, cut), Throws.TypeOf<ProtocolViolationException>(), $"cut at {length}");
            }
        }
    }

    [TestCaseSource(typeof(MessageSamples), nameof(MessageSamples.Readable))]
    public void A_byte_too_many_breaks_the_protocol(MessageSample sample)
    {
        byte[] longer = [.. sample.Body, 1];
        if (sample.TakesAnyTail || sample.Name == "BackendKeyData")
        {
            AssertReadOrViolation(sample, longer);
        }
        else
        {
            Assert.That(() => Read(sample, longer), Throws.TypeOf<ProtocolViolationException>());
        }
    }

    [TestCaseSource(typeof(MessageSamples), nameof(MessageSamples.Readable)), Property("Row", "C01"), Property("Row", "N12")]
    public void A_hostile_length_at_any_place_breaks_the_protocol_and_nothing_else(MessageSample sample)
    {
        var body = sample.Body;
        for (var place = 0; place <= body.Length - sizeof(int); place++)
        {
            foreach (var length in HostileLengths.Append(body.Length - place - sizeof(int) + 1).Append(-place))
            {
                var damaged = body.ToArray();
                BinaryPrimitives.WriteInt32BigEndian(damaged.AsSpan(place), length);
                AssertReadOrViolation(sample, damaged);
            }
        }
    }

    [TestCaseSource(typeof(MessageSamples), nameof(MessageSamples.Readable)), Property("Row", "B08")]
    public void A_mutated_body_breaks_the_protocol_and_nothing_else(MessageSample sample)
    {
        var mutator = new Mutator(seed: 1);
        for (var round = 0; round < 2000; round++)
        {
            AssertReadOrViolation(sample, mutator.Mutate(sample.Body));
        }
    }

    [Test, Property("Row", "P16")]
    public void A_transaction_status_must_be_known([Range(0, 255)] int status)
    {
        var isKnown = (char)status is 'I' or 'T' or 'E';
        var threw = false;
        try
        {
            var reader = new PayloadReader([(byte)status]);
            ReadyForQuery.Read(ref reader);
        }
        catch (ProtocolViolationException)
        {
            threw = true;
        }

        Assert.That(threw, Is.EqualTo(!isKnown));
    }

    [Test, Property("Row", "B11")]
    public void A_parameter_status_of_any_size_is_read_and_one_with_a_zero_too_many_breaks_the_protocol()
    {
        var sample = MessageSamples.Backend.Single(message => message.Name == "ParameterStatus");
        var value = Enumerable.Repeat((byte)'v', 64 * 1024).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(() => Read(sample, [.. "name\0"u8, .. value, 0]), Throws.Nothing);
            Assert.That(() => Read(sample, [.. "name\0"u8, .. value]), Throws.TypeOf<ProtocolViolationException>());
            Assert.That(() => Read(sample, [.. "name\0va\0lue\0"u8]), Throws.TypeOf<ProtocolViolationException>());
        });
    }

    [TestCase(0), TestCase(3), TestCase(257)]
    public void A_backend_key_of_impossible_length_breaks_the_protocol(int length)
    {
        var body = new byte[sizeof(int) + length];
        Assert.That(
            () =>
            {
                var reader = new PayloadReader(body);
                _ = BackendKeyData.Read(ref reader).ProcessId;
            },
            Throws.TypeOf<ProtocolViolationException>());
    }

    private static void AssertReadOrViolation(MessageSample sample, byte[] body)
    {
        try
        {
            Read(sample, body);
        }
        catch (ProtocolViolationException)
        {
            return;
        }
        catch (Exception e)
        {
            Assert.Fail($"{sample} with body {Convert.ToHexString(body)}: {e}");
        }
    }

    private static void Read(MessageSample sample, byte[] body)
    {
        var reader = new PayloadReader(body);
        sample.Read!(ref reader);
    }
}
