using FsCheck;
using FsCheck.Fluent;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Servers;

[TestFixture]
internal sealed class OutstandingRequestsModelTests
{
    // What clients do, with whole exchanges among the single messages, so that random scripts get somewhere.
    private static readonly byte[][][] Pieces =
    [
        [RawMessages.Query("SELECT 1")],
        [RawMessages.Query("")],
        [RawMessages.Query("FAIL")],
        [RawMessages.Query("SELECT 1; SELECT 2; FAIL; SELECT 3")],
        [RawMessages.Query("BEGIN")],
        [RawMessages.Query("ROLLBACK")],
        [RawMessages.Query("COPY OUT 2")],
        [RawMessages.Query("COPY IN")],
        [RawMessages.Query("COPY IN; COPY IN")],
        [RawMessages.Query("COPY IN FAIL 0")],
        [RawMessages.Query("COPY IN FAIL 1")],
        [RawMessages.Query("COPY IN FAIL END")],
        [RawMessages.Query("COPY IN"), RawMessages.CopyData("x"), RawMessages.CopyDone()],
        [RawMessages.Query("COPY IN FAIL 1"), RawMessages.CopyData("x"), RawMessages.CopyData("y"), RawMessages.CopyDone()],
        [RawMessages.Parse("SELECT 1")],
        [RawMessages.Parse("PARSEFAIL")],
        [RawMessages.Parse("FAIL")],
        [RawMessages.Parse("COPY IN")],
        [RawMessages.Parse("COPY IN FAIL 1")],
        [RawMessages.Parse("COPY OUT 1")],
        [RawMessages.Bind()],
        [RawMessages.Bind("unknown")],
        [RawMessages.DescribePortal()],
        [RawMessages.Message('D', [(byte)'S', .. RawMessages.String("")])],
        [RawMessages.Execute()],
        [RawMessages.Execute(1)],
        [RawMessages.Message('C', [(byte)'P', .. RawMessages.String("")])],
        [RawMessages.Sync()],
        [RawMessages.Flush()],
        [RawMessages.FunctionCall(1)],
        [RawMessages.FunctionCall(0)],
        [RawMessages.CopyData("x")],
        [RawMessages.CopyDone()],
        [RawMessages.Message('f', RawMessages.String("stop"))],
        [RawMessages.Parse("SELECT 1"), RawMessages.Bind(), RawMessages.DescribePortal(), RawMessages.Execute(), RawMessages.Sync()],
        [RawMessages.Parse("FAIL"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync()],
        [RawMessages.Parse("COPY IN"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync()],
        [RawMessages.Parse("COPY IN FAIL 1"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync(), RawMessages.CopyData("x")],
        [RawMessages.CopyData("x"), RawMessages.CopyDone(), RawMessages.Sync()],
    ];

    [Test, Property("Row", "E01"), Property("Row", "E02"), Property("Row", "E04"), Property("Row", "E24"), Property("Row", "K13"), Property("Row", "B112")]
    public void The_queue_agrees_with_a_model_of_PostgreSQL_whatever_the_order_of_events() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(20_000).WithEndSize(40),
            Prop.ForAll<byte[], byte[]>((script, schedule) => Run(script ?? [], schedule ?? [])));

    private static bool Run(byte[] script, byte[] schedule)
    {
        var conversation = new Conversation();
        var messages = new Queue<byte[]>(script.SelectMany(piece => Pieces[piece % Pieces.Length]));
        foreach (var choice in schedule)
        {
            Move(conversation, messages, choice);
        }

        while (messages.TryDequeue(out var message) && !conversation.IsClosed && !conversation.HasEnded)
        {
            conversation.Send(message);
            conversation.Settle();
        }

        conversation.CheckEnd();
        return true;
    }

    private static void Move(Conversation conversation, Queue<byte[]> messages, byte choice)
    {
        switch (choice % 3)
        {
            case 0 when messages.TryDequeue(out var message):
                if (!conversation.IsClosed && !conversation.HasEnded)
                {
                    conversation.Send(message);
                }

                break;
            case 1:
                conversation.Serve();
                break;
            default:
                conversation.Receive();
                break;
        }
    }
}
