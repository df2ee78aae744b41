using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Servers;

/// <summary>A server that announces its end together with the reply that would set it free, and closes a little later.</summary>
internal sealed class LateFatalTests
{
    [Test, Property("Row", "P11"), Property("Row", "S02")]
    public void A_server_that_says_goodbye_behind_its_last_reply_is_used_no_more()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var first = mux.Login();
        var second = mux.Login();
        first.Query("SELECT 1");
        var server = mux.Postgres.Single;
        server.IsAutomatic = false;
        first.Send(RawMessages.Query("SELECT 2"));
        server.Send(Replies.Value("2"), Replies.ReadyForQuery(), Replies.Fatal("57P01", "terminating connection due to administrator command"));
        var toldFirst = first.Take();

        second.Send(RawMessages.Query("SELECT 3"));
        server.Close();

        using (Assert.EnterMultipleScope())
        {
            // Either the goodbye is kept from a client that had all it asked for, or the client is closed with it.
            Assert.That(first.IsClosed, Is.EqualTo(toldFirst.Contains("FATAL", StringComparison.Ordinal)), toldFirst);
            Assert.That(second.Take(), Is.EqualTo("T D(3) C(SELECT 1) Z(I)"));
        }
    }
}
