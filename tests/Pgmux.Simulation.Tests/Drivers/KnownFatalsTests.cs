using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>What is known to end a session.</summary>
[TestFixture]
internal sealed class KnownFatalsTests
{
    [TestCase("28P01", "password authentication failed for user \"bob\"", FatalCause.ServerLogin | FatalCause.OwnFault)]
    [TestCase("57P03", "the database system is starting up", FatalCause.ServerLogin)]
    [TestCase("XX000", "unknown error", FatalCause.ServerLogin | FatalCause.ServerLost)]
    [TestCase("28P01", "unknown error", FatalCause.ServerLogin, TestName = "a refusal without text")]
    [TestCase("28P01", "pass", FatalCause.ServerLogin, TestName = "a refusal that is cut short")]
    [TestCase("XX000", "password authentication failed for user \"bob\"", FatalCause.ServerLogin, TestName = "a refusal without code")]
    [TestCase("XX000", "internal error", FatalCause.None)]
    [TestCase("57P01", "unknown error", FatalCause.None)]
    public void An_error_has_the_causes(string sqlState, string text, object causes)
    {
        var bytes = Replies.Fatal(sqlState, text);
        Assert.That(KnownFatals.CausesOf(new RawMessage((char)bytes[0], bytes[5..])), Is.EqualTo(causes));
    }
}
