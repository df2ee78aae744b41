using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Servers;

[TestFixture]
internal sealed class OutstandingRequestsTests
{
    // ">" a request by its type byte (k: CopyDone or CopyFail, p: pgmux's probe, x: pgmux's own Query), "<" a reply that is
    // expected, "<!" one that is a violation. The last word says how the queue stands.
    [TestCase(">Q <T <D <C <Z", "empty")]
    [TestCase(">Q <I <Z", "empty")]
    [TestCase(">Q <T <D <C <T <D <C <E <Z", "empty")]
    [TestCase(">Q <T <D <C", "owed")]
    [TestCase(">Q >Q >Q <C <Z <I <Z <E <Z", "empty")]
    [TestCase(">Q <H <d <d <c <C <Z", "empty")]
    [TestCase(">F <V <Z", "empty")]
    [TestCase(">F <E <Z", "empty")]
    [TestCase(">S <Z", "empty")]
    [TestCase(">S <E <Z", "empty")]
    [TestCase(">P >B >D >E >S <1 <2 <T <D <C <Z", "empty")]
    [TestCase(">P >D >S <1 <t <n <Z", "empty")]
    [TestCase(">P >D >S <1 <t <T <Z", "empty")]
    [TestCase(">B >E >S <2 <D <s <Z", "empty")]
    [TestCase(">B >E >E >S <2 <D <s <D <C <Z", "empty")]
    [TestCase(">B >E >C >S <2 <I <3 <Z", "empty")]
    public void Every_reply_finds_its_request(string script, string end) => Assert.That(Play(script), Is.EqualTo(end));

    // COPY in both directions: each may end first, and an error ends both.
    [TestCase(">Q <W <d <d", "owed")]
    [TestCase(">Q <W <d >k <d <c <C <Z", "empty")]
    [TestCase(">Q <W <d <c >k <T <D <C <C <Z", "empty")]
    [TestCase(">Q >k <W <d <c <C <Z", "empty")]
    [TestCase(">Q <W <d <E <Z", "empty")]
    [TestCase(">Q <W >k <E <Z", "empty")]
    [TestCase(">Q <W >k >Q <c <C <C <Z <T <D <C <Z", "empty")]
    [Property("Row", "K12")]
    public void A_stream_ends_in_each_direction_by_itself(string script, string end) => Assert.That(Play(script), Is.EqualTo(end));

    // All replies have come, and the server is inside an implicit transaction all the same.
    [TestCase(">P >B >E <1 <2 <C", "owed")]
    [TestCase(">P <1", "owed")]
    [TestCase(">C <3", "owed")]
    [TestCase(">P <1 >S <Z", "empty")]
    [TestCase(">P <1 >Q <C <Z", "empty")]
    [TestCase(">P <1 >F <V <Z", "empty")]
    [TestCase(">P >S >P <1 <Z <1", "owed")]
    [TestCase(">B >E >S <2 <G >k <C", "owed")]
    [TestCase(">B >E >S <2 <G >k <C >S <Z", "empty")]
    [TestCase(">Q >S <G >k <C <Z", "empty")]
    [TestCase(">Q >P >k <C <Z <1", "owed")]
    [TestCase(">Q >B >E >S <C <Z <2 <G >k <C", "owed")]
    [TestCase(">Q >S >P <G <E <Z <Z <1", "owed")]
    [Property("Row", "B62"), Property("Row", "E23"), Property("Row", "E24")]
    public void An_extended_query_lasts_until_its_Sync(string script, string end) => Assert.That(Play(script), Is.EqualTo(end));

    [TestCase(">P <E", "skipping")]
    [TestCase(">P >B >E <E", "skipping")]
    [TestCase(">P >B >E >S <E <Z", "empty")]
    [TestCase(">P <E >B >E >S <Z", "empty")]
    [TestCase(">B >E >Q >S <2 <E <Z", "empty")]
    [TestCase(">B >E <2 <E >Q >F >S <Z", "empty")]
    [TestCase(">P >S >P >S <E <Z <1 <Z", "empty")]
    [TestCase(">P >S >P >S <1 <Z <E <Z", "empty")]
    [TestCase(">P >B >E >P >B >E >P >B >E >S <1 <2 <C <1 <2 <E <Z", "empty")]
    [Property("Row", "B66"), Property("Row", "B70"), Property("Row", "E01"), Property("Row", "E02")]
    public void After_an_error_everything_up_to_Sync_is_skipped(string script, string end) => Assert.That(Play(script), Is.EqualTo(end));

    [TestCase(">Q <G >k <C <Z", "empty")]
    [TestCase(">Q >k <G <C <Z", "empty")]
    [TestCase(">Q <G >k <E <Z", "empty")]
    [TestCase(">Q >k >k <G <C <G <C <Z", "empty")]
    [TestCase(">Q <G >k <C <G >k <C <Z", "empty")]
    [TestCase(">Q >k >Q <G <C <Z <C <Z", "empty")]
    [TestCase(">P >B >E <1 <2 <G >k >S <C <Z", "empty")]
    [TestCase(">P >B >E >k >S <1 <2 <G <C <Z", "empty")]
    [Property("Row", "K11"), Property("Row", "B114")]
    public void Copy_in_ends_once(string script, string end) => Assert.That(Play(script), Is.EqualTo(end));

    [TestCase(">P >B >E >S <1 <2 <G >k >S <C <Z", "empty")]
    [TestCase(">P >B >E >S >k >S <1 <2 <G <C <Z", "empty")]
    [TestCase(">Q <G >S >S >k <C <Z", "empty")]
    [Property("Row", "B110"), Property("Row", "K04")]
    public void Copy_eats_the_Sync_that_comes_before_the_end_of_the_data(string script, string end) =>
        Assert.That(Play(script), Is.EqualTo(end));

    [TestCase(">Q <G <E <Z >k", "empty")]
    [TestCase(">Q <G <E >k <Z", "empty")]
    [TestCase(">Q <G <E <Z >k >Q <C <Z >k", "empty")]
    [TestCase(">B >E <2 <G <E >k >S <Z", "empty")]
    [TestCase(">k", "empty")]
    [Property("Row", "B111"), Property("Row", "K01"), Property("Row", "K02")]
    public void The_late_end_of_a_failed_copy_leaves_nothing_behind(string script, string end) => Assert.That(Play(script), Is.EqualTo(end));

    // The Sync may have been read before the COPY failed, or after.
    [TestCase(">B >E >S <2 <G <E", "skipping probe")]
    [TestCase(">B >E >S <2 <G <E <Z", "empty")]
    [TestCase(">B >E >S <2 <G <E >k >S <Z", "empty probe")]
    [TestCase(">B >E >S <2 <G <E >k >S <Z >p <3", "empty")]
    [TestCase(">B >E >S <2 <G <E >k >S <Z >p <Z <3", "empty")]
    [TestCase(">Q <G >S <E <Z", "empty probe")]
    [TestCase(">Q <G >S <E <Z <Z", "empty")]
    [TestCase(">Q <G >S <E <Z >Q <Z <T <C <Z", "empty")]
    [TestCase(">Q >S >F >P >S <G <E <Z <Z <E <Z <1 <Z", "empty")]
    [Property("Row", "B112"), Property("Row", "K13")]
    public void A_ReadyForQuery_that_only_the_server_knows_of_is_waited_for(string script, string end) =>
        Assert.That(Play(script), Is.EqualTo(end));

    [TestCase("<!Z")]
    [TestCase("<!C")]
    [TestCase("<!1")]
    [TestCase("<!D")]
    [TestCase("<!E")]
    [TestCase("<!G")]
    [TestCase(">Q <!1")]
    [TestCase(">Q <!2")]
    [TestCase(">Q <!3")]
    [TestCase(">Q <!t")]
    [TestCase(">Q <!n")]
    [TestCase(">Q <!s")]
    [TestCase(">Q <!V")]
    [TestCase(">Q <!R")]
    [TestCase(">Q <!K")]
    [TestCase(">E <!W")]
    [TestCase(">Q <C <Z <!Z")]
    [TestCase(">Q >Q <C <Z <!Z")]
    [TestCase(">Q <!Z")]
    [TestCase(">F <!Z")]
    [TestCase(">P <!2")]
    [TestCase(">P <!T")]
    [TestCase(">P <!D")]
    [TestCase(">P <!C")]
    [TestCase(">P <!Z")]
    [TestCase(">B <!1")]
    [TestCase(">B <!G")]
    [TestCase(">D <!D")]
    [TestCase(">E <!T")]
    [TestCase(">E <!3")]
    [TestCase(">C <!C")]
    [TestCase(">F <!C")]
    [TestCase(">S <!C")]
    [TestCase(">S <!3")]
    [Property("Row", "S12"), Property("Row", "P16"), Property("Row", "K12")]
    public void What_nobody_asked_for_is_a_violation(string script) => Play(script);

    [Test]
    public void A_request_of_pgmux_itself_is_answered_to_nobody()
    {
        var queue = new OutstandingRequests(new ServerStatements());
        queue.Add(RequestKind.Query, ReplyAction.Swallow);
        queue.Add(RequestKind.Query, ReplyAction.Forward);
        Assert.That(queue.IsOwnRequestNext, Is.True);
        Assert.That(queue.OutOfBandAction, Is.EqualTo(ReplyAction.Swallow));
        Assert.That(queue.OnReply(BackendMessageType.CommandComplete), Is.EqualTo(ReplyAction.Swallow));
        Assert.That(queue.OnReply(BackendMessageType.ReadyForQuery), Is.EqualTo(ReplyAction.Swallow));
        Assert.That(queue.IsOwnRequestNext, Is.False);
        Assert.That(queue.OutOfBandAction, Is.EqualTo(ReplyAction.Forward));
        Assert.That(queue.OnReply(BackendMessageType.CommandComplete), Is.EqualTo(ReplyAction.Forward));
    }

    [Test, Property("Row", "B173")]
    public void The_queue_says_when_it_is_full_and_keeps_its_order_while_it_grows()
    {
        var queue = new OutstandingRequests(new ServerStatements());
        RequestKind[] cycle = [RequestKind.Parse, RequestKind.Bind, RequestKind.Execute, RequestKind.Sync];
        for (var i = 0; i < OutstandingRequests.Limit; i++)
        {
            Assert.That(queue.IsFull, Is.False);
            queue.Add(cycle[i % 4], ReplyAction.Forward);
        }

        Assert.That(queue.IsFull, Is.True);
        BackendMessageType[] replies =
        [
            BackendMessageType.ParseComplete, BackendMessageType.BindComplete, BackendMessageType.CommandComplete, BackendMessageType.ReadyForQuery,
        ];
        for (var i = 0; i < OutstandingRequests.Limit; i++)
        {
            Assert.That(queue.OnReply(replies[i % 4]), Is.EqualTo(ReplyAction.Forward));
        }

        Assert.That(queue.IsReady, Is.True);
        Assert.That(Play(">Q <C <Z", queue), Is.EqualTo("empty"));
    }

    [Test]
    public void The_ring_keeps_its_order_when_it_wraps_around_before_it_grows()
    {
        var queue = new OutstandingRequests(new ServerStatements());
        for (var round = 0; round < 50; round++)
        {
            for (var i = 0; i < 3; i++)
            {
                queue.Add(RequestKind.Parse, ReplyAction.Forward);
                queue.Add(RequestKind.Bind, ReplyAction.Swallow);
            }

            Assert.That(queue.OnReply(BackendMessageType.ParseComplete), Is.EqualTo(ReplyAction.Forward));
            Assert.That(queue.OnReply(BackendMessageType.BindComplete), Is.EqualTo(ReplyAction.Swallow));
        }

        Assert.That(queue.Count, Is.EqualTo(200));
        for (var i = 0; i < 100; i++)
        {
            Assert.That(queue.OnReply(BackendMessageType.ParseComplete), Is.EqualTo(ReplyAction.Forward));
            Assert.That(queue.OnReply(BackendMessageType.BindComplete), Is.EqualTo(ReplyAction.Swallow));
        }

        Assert.That(queue.Count, Is.Zero);
    }

    private static string Play(string script, OutstandingRequests? queue = null)
    {
        queue ??= new OutstandingRequests(new ServerStatements());
        foreach (var step in script.Split(' '))
        {
            if (step[0] == '>')
            {
                queue.Add(KindOf(step[1]), step[1] is 'p' or 'x' ? ReplyAction.Swallow : ReplyAction.Forward);
                continue;
            }

            var isViolation = queue.OnReply((BackendMessageType)step[^1]) == ReplyAction.Violation;
            Assert.That(isViolation, Is.EqualTo(step[1] == '!'), $"{step} in {script}");
        }

        return (queue.IsReady ? "empty" : queue.IsSkipping ? "skipping" : "owed") + (queue.NeedsProbe ? " probe" : "");
    }

    private static RequestKind KindOf(char type) => type switch
    {
        'Q' or 'x' => RequestKind.Query,
        'F' => RequestKind.FunctionCall,
        'P' => RequestKind.Parse,
        'B' => RequestKind.Bind,
        'D' => RequestKind.Describe,
        'E' => RequestKind.Execute,
        'C' => RequestKind.Close,
        'S' => RequestKind.Sync,
        'k' => RequestKind.CopyEnd,
        'p' => RequestKind.Probe,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no request"),
    };
}
