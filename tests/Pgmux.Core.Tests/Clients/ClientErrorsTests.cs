using Pgmux.Core.Clients;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Clients;

[TestFixture]
internal sealed class ClientErrorsTests
{
    private static readonly ErrorFields Said = ErrorFields.Error("3D000", "database \"x\" does not exist");

    [TestCase(LeaseOutcome.WaitTimedOut, "53300", "query_wait_timeout")]
    [TestCase(LeaseOutcome.LoginRefused, "3D000", "database \"x\" does not exist")]
    [TestCase(LeaseOutcome.DatabaseRemoved, "57P01", "database removed")]
    [TestCase(LeaseOutcome.ShuttingDown, "57P01", "server shutting down")]
    public void An_outcome_has_PgBouncers_words_and_PostgreSQLs_code(object outcome, string sqlState, string message)
    {
        var error = ClientErrors.For((LeaseOutcome)outcome, Said);
        Assert.That((error.Severity, error.SqlState, error.Message), Is.EqualTo(("FATAL", sqlState, message)));
    }

    [Test, Property("Row", "S06")]
    [Property("Text", "T89")]
    public void A_failing_login_is_told_with_and_without_the_servers_words()
    {
        var temporary = ErrorFields.Fatal(SqlState.ConnectionFailure, "gone");
        Assert.That(
            ClientErrors.For(LeaseOutcome.LoginFailing, temporary).Message,
            Is.EqualTo("server login has been failing, cached error: gone (server_login_retry)"));
        Assert.That(
            ClientErrors.For(LeaseOutcome.LoginFailing, null).Message,
            Is.EqualTo("server login has been failing, try again later (server_login_retry)"));
    }

    [Test]
    public void Every_reason_to_lose_a_server_has_words_and_ends_the_client()
    {
        foreach (var reason in Enum.GetValues<ServerCloseReason>())
        {
            var error = ClientErrors.For(reason, null);
            Assert.That(error.IsFatal, Is.True, $"{reason}");
            Assert.That(error.Message, Is.Not.Empty, $"{reason}");
            Assert.That(reason.Describe(), Is.Not.Empty);
        }

        Assert.That(Enum.GetValues<ClientCloseReason>().Select(reason => reason.Describe()), Is.Unique);
        Assert.That(ClientErrors.For(ServerCloseReason.Crashed, Said).SqlState, Is.EqualTo("3D000"), "the server's own last word");
    }

    [Test, Property("Row", "Q05"), Property("Row", "Q06")]
    public void Every_message_type_has_PostgreSQLs_limit_or_none()
    {
        for (var type = 0; type < 256; type++)
        {
            var expected = (char)type switch
            {
                'Q' or 'P' or 'B' or 'F' or 'd' => 0x3FFFFFFE,
                'E' or 'D' or 'C' or 'S' or 'H' or 'c' or 'f' or 'X' => 10_000,
                _ => 0,
            };
            Assert.That(RequestKinds.LimitOf((FrontendMessageType)type), Is.EqualTo(expected), $"{type}");
            var isAnswered = (char)type is 'Q' or 'F' or 'P' or 'B' or 'D' or 'E' or 'C' or 'S' or 'c' or 'f';
            Assert.That(RequestKinds.Of((FrontendMessageType)type).HasValue, Is.EqualTo(isAnswered), $"{type}");
            Assert.That(RequestKinds.IsCopy((FrontendMessageType)type), Is.EqualTo((char)type is 'd' or 'c' or 'f'), $"{type}");
        }
    }
}
