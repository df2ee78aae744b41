using System.Buffers.Binary;
using Pgmux.Testing.Fuzzing;

namespace Pgmux.Protocol.Tests.Fuzz;

/// <summary>
/// The frame reader and the bodies of both directions. A stream is cut in the same places whatever pieces it comes in, every body is
/// given to every reader, and nothing but a violation of the protocol comes of it.
/// </summary>
internal sealed class MessagesTarget : FuzzTarget
{
    /// <summary>Larger than any input, so that lengths between fit and those above are refused.</summary>
    private const int LongestMessage = 1_000_000;

    public override string Name => "Messages";

    public override int? FramesStart => 0;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. MessageSamples.All.Select(sample => sample.Bytes),
        [.. MessageSamples.Backend.SelectMany(sample => sample.Bytes)],
        [.. MessageSamples.Frontend.SelectMany(sample => sample.Bytes)],
        .. FuzzCorpus.Files("Messages"),
    ];

    public override IReadOnlyList<byte[]> Dictionary { get; } =
        [[.. "SCRAM-SHA-256\0"u8], [.. "C08P01\0"u8], [.. "SFATAL\0"u8], [0, 0], [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [.. "n,,n=,r="u8]];

    public override string Run(byte[] input)
    {
        var expected = FrameEdits.Cut(input, out var rest);
        var random = new Random(input.Length);
        var walk = new FrameWalk();
        var isViolation = false;
        try
        {
            for (var unread = input; unread.Length > 0;)
            {
                var piece = random.Next(1, unread.Length + 1);
                walk.Feed(unread.AsSpan(0, piece));
                unread = unread[piece..];
            }
        }
        catch (ProtocolViolationException)
        {
            isViolation = true;
        }

        FuzzFindingException.Require(walk.Messages.SequenceEqual(expected, SameBytes.Instance), "messages are cut where their lengths say");
        CheckRest(rest, isViolation);
        return string.Concat(expected.Take(1).Select(message => (char)message[0] + ReadBody(message[FrameReader.HeaderBytes..]))) + (isViolation ? '!' : '.');
    }

    private static void CheckRest(byte[] rest, bool isViolation)
    {
        var length = rest.Length >= FrameReader.HeaderBytes ? BinaryPrimitives.ReadInt32BigEndian(rest.AsSpan(1)) : 4;
        FuzzFindingException.Require(isViolation == length is < 4 or > int.MaxValue - 1 || (length > LongestMessage && !isViolation), "a length that is none breaks the protocol");
    }

    private static string ReadBody(byte[] body)
    {
        var error = ErrorFields.Read(body);
        FuzzFindingException.Require(error.SqlState.Length == 5 && error.Severity is not null && error.Message is not null, "an error has something to fall back on");
        FuzzFindingException.Require(ErrorFields.PeekSqlState(body).Length <= body.Length && ErrorFields.PeekSeverity(body).Length <= body.Length, "fields lie in the body");
        _ = Parse.TrySplit(body, out _, out _);
        return string.Concat(MessageSamples.Readable.Select((sample, index) => IsRead(sample.Read!, body) ? $"{(char)('a' + index)}" : "")) + ReadHeads(body);
    }

    // What was told from the start of a body is what the whole of it says.
    private static string ReadHeads(byte[] body)
    {
        for (var cut = 0; cut < Math.Min(body.Length, 32); cut++)
        {
            try
            {
                if (Bind.TryRead(body.AsSpan(0, cut), isComplete: false, out var part))
                {
                    FuzzFindingException.Require(Bind.TryRead(body, isComplete: true, out var whole) && part.HeadLength == whole.HeadLength, "the head of Bind");
                }

                if (Describe.TryRead(body.AsSpan(0, cut), isComplete: false, out var describe))
                {
                    FuzzFindingException.Require(Describe.TryRead(body, isComplete: true, out var whole) && describe.Name.SequenceEqual(whole.Name), "the head of Describe");
                }

                if (Close.TryRead(body.AsSpan(0, cut), isComplete: false, out var close))
                {
                    FuzzFindingException.Require(Close.TryRead(body, isComplete: true, out var whole) && close.Name.SequenceEqual(whole.Name), "the head of Close");
                }

                if (Parse.TryReadName(body.AsSpan(0, cut), isComplete: false, out var name))
                {
                    FuzzFindingException.Require(Parse.TryReadName(body, isComplete: true, out var whole) && name.SequenceEqual(whole), "the name of Parse");
                }
            }
            catch (ProtocolViolationException violation)
            {
                throw new FuzzFindingException("a body that is not complete broke the protocol", violation);
            }
        }

        return IsRead((ref PayloadReader reader) => _ = Bind.TryRead(reader.Remaining, isComplete: true, out _), body) ? "H" : "";
    }

    private static bool IsRead(BodyReader read, byte[] body)
    {
        var reader = new PayloadReader(body);
        try
        {
            read(ref reader);
            return true;
        }
        catch (ProtocolViolationException)
        {
            return false;
        }
    }
}
