using System.Buffers;
using System.Diagnostics;

namespace Pgmux.Protocol.Tests;

public sealed class MessageWriterTests
{
    private const int Rounds = 1000;

    private static readonly ErrorFields Error = ErrorFields.Fatal(SqlState.AdminShutdown, "bye");

    [Test]
    public void A_zero_inside_a_string_is_refused()
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.Multiple(() =>
        {
            Assert.That(() => FrontendMessages.WriteQuery(output, "SELECT\01"), Throws.ArgumentException);
            Assert.That(() => FrontendMessages.WriteQuery(output, "SELECT\01"u8), Throws.ArgumentException);
            Assert.That(() => BackendMessages.WriteParameterStatus(output, "a", "\0"), Throws.ArgumentException);
        });
    }

    [TestCase(3), TestCase(5)]
    public void A_message_of_another_length_than_announced_is_refused(int announced)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.That(
            () =>
            {
                var message = new MessageWriter(output, (byte)'x', announced);
                message.WriteInt32(1);
                message.Complete();
            },
            Throws.TypeOf<UnreachableException>());
    }

    [Test]
    public void Text_longer_than_a_buffer_is_written_whole()
    {
        var query = new string('é', 3_000_000);
        var output = new ArrayBufferWriter<byte>();
        FrontendMessages.WriteQuery(output, query);
        var reader = new PayloadReader(output.WrittenSpan[FrameReader.HeaderBytes..]);
        Assert.That(WireText.Decode(Query.Read(ref reader).Text), Is.EqualTo(query));
    }

    [Test]
    public void Messages_of_the_relay_are_written_and_read_without_allocating()
    {
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        WriteAndRead(output);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < Rounds; round++)
        {
            WriteAndRead(output);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static void WriteAndRead(ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        BackendMessages.WriteReadyForQuery(output, TransactionStatus.Idle);
        BackendMessages.WriteParseComplete(output);
        BackendMessages.WriteCommandComplete(output, "SET");
        BackendMessages.WriteParameterStatus(output, "TimeZone", "Europe/Zürich");
        BackendMessages.WriteBackendKeyData(output, 1, "1234"u8);
        BackendMessages.WriteErrorResponse(output, Error);
        FrontendMessages.WriteQuery(output, "SELECT 1"u8);
        FrontendMessages.WriteQuery(output, "SET TimeZone = 'UTC'");
        FrontendMessages.WriteParse(output, "s", "SELECT 1", []);
        FrontendMessages.WriteClose(output, StatementOrPortal.Statement, "s");
        FrontendMessages.WriteSync(output);

        var reader = new FrameReader();
        var rest = output.WrittenSpan;
        while (reader.Read(rest, int.MaxValue, out var frame) == FrameStatus.Message)
        {
            rest = rest[frame.Bytes.Length..];
            var body = new PayloadReader(frame.Body);
            switch ((BackendMessageType)frame.Type)
            {
                case BackendMessageType.ReadyForQuery:
                    ReadyForQuery.Read(ref body);
                    break;
                case BackendMessageType.ErrorResponse:
                    _ = ErrorFields.PeekSqlState(frame.Body);
                    break;
                case BackendMessageType.BackendKeyData:
                    _ = BackendKeyData.Read(ref body).ProcessId;
                    break;
            }
        }
    }
}
