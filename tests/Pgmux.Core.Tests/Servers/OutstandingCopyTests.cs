using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Core.Tests.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Servers;

/// <summary>What the queue knows of requests that may turn out to be COPY.</summary>
[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class OutstandingCopyTests
{
    private readonly StatementRegistry _registry = new(loops: 1);
    private readonly OutstandingRequests _requests = new(new ServerStatements());

    [Test]
    public void A_simple_query_may_be_a_copy_until_it_has_ended()
    {
        _requests.Add(RequestKind.Query, ReplyAction.Forward);
        Assert.That(_requests.MayCopy, Is.True);
        _requests.OnReply(BackendMessageType.CommandComplete);
        Assert.That(_requests.MayCopy, Is.True, "it may have more statements");
        _requests.OnReply(BackendMessageType.ReadyForQuery);
        Assert.That(_requests.MayCopy, Is.False);
    }

    [TestCase(ReplyAction.Swallow)]
    [TestCase(ReplyAction.Prelude)]
    public void What_pgmux_asks_itself_is_none(ReplyAction action)
    {
        _requests.Add(RequestKind.Query, action);
        Assert.That(_requests.MayCopy, Is.False);
    }

    [TestCase("SELECT a", false)]
    [TestCase("COPY t FROM STDIN", true)]
    [TestCase("COPY t TO STDOUT", true)]
    [TestCase(null, true)]
    public void An_Execute_may_be_one_when_a_statement_that_may_has_been_bound(string? text, bool mayCopy)
    {
        Bind(text);
        Assert.That(_requests.MayCopy, Is.False, "a portal does nothing yet");
        _requests.Add(RequestKind.Execute, ReplyAction.Forward);
        Assert.That(_requests.MayCopy, Is.EqualTo(mayCopy));
        _requests.OnReply(BackendMessageType.BindComplete);
        _requests.OnReply(BackendMessageType.CommandComplete);
        Assert.That(_requests.MayCopy, Is.False);
    }

    [Test]
    public void Portals_are_forgotten_when_all_that_was_bound_by_then_is_answered_outside_of_a_transaction()
    {
        Bind("COPY t TO STDOUT");
        _requests.Add(RequestKind.Sync, ReplyAction.Forward);
        Bind("COPY t TO STDOUT");
        _requests.OnReply(BackendMessageType.BindComplete);
        _requests.OnReply(BackendMessageType.ReadyForQuery);
        _requests.OnIdle();
        _requests.Add(RequestKind.Execute, ReplyAction.Forward);
        Assert.That(_requests.MayCopy, Is.True, "the second was bound behind that");
        _requests.Add(RequestKind.Sync, ReplyAction.Forward);
        _requests.OnReply(BackendMessageType.BindComplete);
        _requests.OnReply(BackendMessageType.CommandComplete);
        _requests.OnReply(BackendMessageType.ReadyForQuery);
        _requests.OnIdle();
        _requests.Add(RequestKind.Execute, ReplyAction.Forward);
        Assert.That(_requests.MayCopy, Is.False);
    }

    [Test]
    public void Several_copies_in_one_query_are_told_until_the_last_has_ended()
    {
        _requests.Add(RequestKind.Query, ReplyAction.Forward);
        _requests.OnReply(BackendMessageType.CopyInResponse);
        _requests.Add(RequestKind.CopyEnd, ReplyAction.Forward);
        _requests.OnReply(BackendMessageType.CommandComplete);
        Assert.That(_requests.MayCopy, Is.True);
        _requests.OnReply(BackendMessageType.CopyInResponse);
        _requests.Add(RequestKind.CopyEnd, ReplyAction.Forward);
        _requests.OnReply(BackendMessageType.CommandComplete);
        _requests.OnReply(BackendMessageType.ReadyForQuery);
        Assert.That((_requests.MayCopy, _requests.IsEmpty), Is.EqualTo((false, true)));
    }

    [Test]
    public void An_error_ends_it_with_all_that_is_skipped()
    {
        Bind("COPY t FROM STDIN");
        _requests.Add(RequestKind.Execute, ReplyAction.Forward);
        _requests.Add(RequestKind.Sync, ReplyAction.Forward);
        _requests.OnReply(BackendMessageType.ErrorResponse);
        Assert.That(_requests.MayCopy, Is.False);
    }

    private void Bind(string? text)
    {
        var statement = text is null ? null : _registry.Intern(StatementLevel.Protocol, Definitions.Of(text));
        _requests.Add(new OutstandingRequest(RequestKind.Bind, ReplyAction.Forward) { Statement = statement });
    }
}
