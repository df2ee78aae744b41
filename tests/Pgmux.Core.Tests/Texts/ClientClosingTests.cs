using Pgmux.Core.Admin;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Texts;

/// <summary>Why a client has gone: a line of the log of LOG, with the words that the client was told where it was told any.</summary>
[TestFixture]
internal sealed class ClientClosingTests
{
    [TestCase("query_timeout", "query_timeout")]
    [TestCase("query_wait_timeout", "query_wait_timeout")]
    [Property("Text", "T48"), Property("Text", "T49")]
    public void A_client_that_has_waited_for_too_long(string setting, string reason)
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), (setting, "10"), ("idle_transaction_timeout", "0"));
        var (holder, waiting) = (mux.Login(), mux.Login());
        holder.Query("BEGIN");
        waiting.Send(RawMessages.Query("SELECT a"));
        mux.Advance(11);
        Assert.That(mux.ReasonsOfClients(), Is.EqualTo(new[] { reason }));
        Assert.That(waiting.Take(), Does.EndWith($" {reason}) EOF"));
    }

    [Test, Property("Text", "T50")]
    public void A_login_that_is_not_finished()
    {
        using var mux = TestMux.Start(("client_login_timeout", "10"), ("auth_type", "plain"));
        var client = mux.BeginLogin();
        mux.Advance(11);
        Assert.That(mux.ReasonsOfClients(), Is.EqualTo(new[] { "client_login_timeout" }));
        Assert.That(client.IsClosed, Is.True);
    }

    [Test, Property("Text", "T51")]
    public void A_client_that_does_nothing()
    {
        using var mux = TestMux.Start(("client_idle_timeout", "10"));
        mux.Login();
        mux.Advance(11);
        Assert.That(mux.ReasonsOfClients(), Is.EqualTo(new[] { "client_idle_timeout" }));
    }

    [Test, Property("Text", "T53"), Property("Text", "T54")]
    public void A_client_that_is_there_and_one_that_comes_when_pgmux_stops()
    {
        using var mux = TestMux.Start();
        var staying = mux.Login();
        var late = mux.Connect();
        staying.Query("BEGIN");
        mux.Shutdown(ShutdownMode.WaitForServers);
        late.Send(RawMessages.Startup(("user", "alice"), ("database", "db")));
        Assert.That(mux.ReasonsOfClients(), Is.EqualTo(new[] { "pooler is shutting down" }));
        mux.Shutdown(ShutdownMode.WaitForServers);
        Assert.That(mux.ReasonsOfClients(), Is.EqualTo(new[] { "pooler is shutting down", "server shutting down" }));
    }

    [Test, Property("Text", "T55")]
    public void A_client_whose_database_is_removed()
    {
        using var mux = TestMux.Start();
        mux.Login();
        mux.Reload(TestMux.SettingsOf() with
        {
            Databases = new Dictionary<string, string> { ["other"] = TestMux.DatabaseLine },
        });
        Assert.That(mux.ReasonsOfClients(), Is.EqualTo(new[] { "database removed" }));
    }

    [Test, Property("Text", "T56")]
    public void A_client_that_says_that_it_goes()
    {
        using var mux = TestMux.Start();
        mux.Login().Send(RawMessages.Terminate());
        Assert.That(mux.ReasonsOfClients(), Is.EqualTo(new[] { "client close request" }));
    }

    [TestCase(ConnectionEnd.Close)]
    [TestCase(ConnectionEnd.Reset)]
    [Property("Text", "T57")]
    public void A_client_that_goes_without_a_word(ConnectionEnd end)
    {
        using var mux = TestMux.Start();
        mux.Login().Leave(end);
        mux.Network.RunUntilIdle();
        Assert.That(mux.ReasonsOfClients(), Is.EqualTo(new[] { "client unexpected eof" }));
    }

    [Test]
    public void A_client_that_was_refused_and_one_whose_server_has_gone_are_logged_with_what_they_were_told()
    {
        using var mux = TestMux.Start();
        mux.BeginLogin(database: "nowhere");
        mux.Login().Query("BEGIN");
        mux.Postgres.Single.Close();
        Assert.That(mux.ReasonsOfClients(), Is.EqualTo(new[] { "no such database: nowhere", "server conn crashed?" }));
    }
}
