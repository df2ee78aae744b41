using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>What is taken for a mark of somebody else.</summary>
[TestFixture]
internal sealed class ExpectationTests
{
    [Test]
    public void A_cancel_key_may_look_like_a_mark()
    {
        var expectation = new Expectation(new Nonces(1));
        expectation.Received(MessageOf(Replies.AuthenticationOk()));
        expectation.Received(MessageOf(Replies.BackendKeyData(1000, "c2n5"u8.ToArray())));
        expectation.Received(MessageOf(Replies.ReadyForQuery()));
        Assert.That(expectation.Violations, Is.Empty);
    }

    [Test]
    public void A_parameter_may_not()
    {
        var expectation = new Expectation(new Nonces(1));
        expectation.Received(MessageOf(Replies.AuthenticationOk()));
        expectation.Received(MessageOf(Replies.ParameterStatus("application_name", "c2n5")));
        Assert.That(expectation.Violations, Has.One.Contains("no mark of others, got c2n5"));
    }

    private static RawMessage MessageOf(byte[] bytes) => new((char)bytes[0], bytes[5..]);
}
