using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;

namespace Pgmux.Core.Tests.Clients;

/// <summary>In session pooling a client has its server before its login is complete.</summary>
[TestFixture]
internal sealed class SessionLoginTests
{
    [Test, Property("Row", "B82")]
    public void A_notification_before_the_login_is_complete_is_not_passed_on()
    {
        using var mux = TestMux.Start(("pool_mode", "session"), ("server_reset_query", ""));
        mux.Login().Close();
        var server = mux.Postgres.Single;
        server.IsAutomatic = false;
        var client = mux.BeginLogin(parameters: ("TimeZone", "Asia/Tokyo"));
        server.Send(
            Replies.Notification("early"), Replies.CommandComplete("SET"), Replies.ParameterStatus("TimeZone", "Asia/Tokyo"), Replies.ReadyForQuery());
        Assert.That(client.Take(), Does.EndWith("Z(I)").And.Not.Contains("A("));
        server.Send(Replies.Notification("late"));
        Assert.That(client.Take(), Is.EqualTo("A(late)"));
    }
}
