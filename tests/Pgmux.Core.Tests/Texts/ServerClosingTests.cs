using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Texts;

/// <summary>Why a server connection has ended: a line of the log of LOG, in PgBouncer's words.</summary>
[TestFixture]
internal sealed class ServerClosingTests
{
    [Test, Property("Text", "T29"), Property("Text", "T28")]
    public void The_line_names_the_connection_and_its_age()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Query("BEGIN");
        mux.Advance(7);
        mux.Postgres.Single.Close();
        var lines = mux.Log.Events.Select(entry => entry.Text).ToArray();
        Assert.That(lines, Has.One.Match(@"^S-[0-9a-f]+: db/alice@127\.0\.0\.1:5432 closing because: server conn crashed\? \(age=7s\)$"));
        Assert.That(lines, Has.One.Match(@"^C-[0-9a-f]+: db/alice@127\.0\.0\.1:[0-9]+ closing because: server conn crashed\? \(age=7s\)$"));
    }

    [TestCase(ConnectFailure.Refused, "connect failed")]
    [TestCase(ConnectFailure.TimedOut, "connect timeout")]
    [Property("Text", "T34"), Property("Text", "T35")]
    public void A_server_that_cannot_be_reached(ConnectFailure failure, string reason)
    {
        using var mux = TestMux.Start(("server_connect_timeout", "5"), ("query_wait_timeout", "60"));
        mux.Network.Addresses.Fail(mux.Postgres.EndPoint, failure);
        mux.BeginLogin();
        mux.Advance(6);
        Assert.That(mux.ReasonsOfServers(), Is.Not.Empty.And.All.EqualTo(reason));
        mux.Network.Addresses.Allow(mux.Postgres.EndPoint);
    }

    [Test, Property("Text", "T35")]
    public void A_server_that_does_not_answer_its_login()
    {
        using var mux = TestMux.Start(("server_connect_timeout", "5"), ("query_wait_timeout", "60"));
        mux.Postgres.HoldsLogins = true;
        mux.BeginLogin();
        mux.Advance(4);
        mux.Postgres.HoldsLogins = false;
        mux.Advance(2);
        Assert.That(mux.ReasonsOfServers(), Is.EqualTo(new[] { "connect timeout" }));
        mux.Postgres.Servers[0].Close();
    }

    [TestCase("close")]
    [TestCase("reset")]
    [Property("Text", "T36")]
    public void A_server_that_goes_away(string way)
    {
        using var mux = TestMux.Start();
        mux.Login().Query("SELECT a");
        if (way == "close")
        {
            mux.Postgres.Single.Close();
        }
        else
        {
            mux.Postgres.Single.Reset();
        }

        Assert.That(mux.ReasonsOfServers(), Is.EqualTo(new[] { "server conn crashed?" }));
    }

    [Test, Property("Text", "T37")]
    public void A_server_whose_name_nobody_knows()
    {
        using var mux = TestMux.Start(TestMux.SettingsOf() with
        {
            Databases = new Dictionary<string, string> { ["db"] = "host=db.example port=5432" },
        });
        mux.BeginLogin();
        mux.Advance(1);
        Assert.That(mux.ReasonsOfServers(), Is.Not.Empty.And.All.EqualTo("server DNS lookup failed"));
    }

    [Test, Property("Text", "T38")]
    public void A_server_that_makes_room_for_another_pool()
    {
        using var mux = TestMux.Start(("max_db_connections", "1"));
        mux.Login().Query("SELECT a");
        mux.Login("bob").Query("SELECT a");
        Assert.That(mux.ReasonsOfServers(), Is.EqualTo(new[] { "evicted" }));
    }

    [TestCase(false)]
    [TestCase(true)]
    [Property("Text", "T39")]
    public void A_server_that_is_to_be_another_one(bool isReload)
    {
        using var mux = TestMux.Start();
        mux.Login().Query("SELECT a");
        if (isReload)
        {
            mux.Reload(TestMux.SettingsOf() with
            {
                Databases = new Dictionary<string, string> { ["db"] = $"{TestMux.DatabaseLine} dbname=other" },
            });
        }
        else
        {
            mux.Pool.Reconnect();
        }

        mux.Advance(1);
        Assert.That(mux.ReasonsOfServers(), Is.EqualTo(new[] { "database configuration changed" }));
    }

    [TestCase("query_timeout", "SELECT a", "WAIT", "query timeout")]
    [TestCase("idle_transaction_timeout", "BEGIN", "SELECT a", "idle transaction timeout")]
    [TestCase("transaction_timeout", "BEGIN", "WAIT", "transaction timeout")]
    [Property("Text", "T41"), Property("Text", "T42"), Property("Text", "T43")]
    public void A_server_whose_client_has_taken_too_long(string setting, string first, string then, string reason)
    {
        using var mux = TestMux.Start((setting, "10"));
        var client = mux.Login();
        client.Query(first);
        client.Send(RawMessages.Query(then));
        mux.Advance(11);
        Assert.That(mux.ReasonsOfServers(), Is.EqualTo(new[] { reason }));
    }

    [Test, Property("Text", "T44"), Property("Text", "T52")]
    public void A_server_on_which_a_cancel_request_does_not_end()
    {
        using var mux = TestMux.Start(("cancel_wait_timeout", "5"));
        mux.Postgres.HoldsCancels = true;
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        mux.Cancel(client);
        mux.Postgres.Single.Release();
        mux.Advance(4);
        Assert.That(mux.ReasonsOfServers(), Is.Empty);
        mux.Advance(2);
        Assert.That(mux.ReasonsOfServers(), Is.EqualTo(new[] { "cancel_wait_timeout" }));
        Assert.That(
            mux.Log.Events.Select(entry => entry.Text),
            Has.One.Match(@"^C-[0-9a-f]+: \(nodb\)/\(nouser\)@.* closing because: cancel_wait_timeout \(age=5s\)$"),
            "who has asked for it");
        Assert.That(mux.ReasonsOfClients(), Has.Some.EqualTo("cancel_wait_timeout"));
    }

    [Test, Property("Text", "T45")]
    public void A_server_that_was_left_in_a_transaction_in_statement_mode()
    {
        using var mux = TestMux.Start(("pool_mode", "statement"));
        mux.Login().Query("BEGIN");
        Assert.That(mux.ReasonsOfServers(), Is.EqualTo(new[] { "transaction blocks not allowed in statement pooling mode" }));
    }

    [TestCase("server_lifetime", "server lifetime over")]
    [TestCase("server_idle_timeout", "server idle timeout")]
    [Property("Text", "T46"), Property("Text", "T47")]
    public void A_server_that_has_been_there_for_long(string setting, string reason)
    {
        using var mux = TestMux.Start((setting, "60"), ("server_check_query", ""));
        mux.Login().Query("SELECT a");
        mux.Advance(58);
        Assert.That(mux.ReasonsOfServers(), Is.Empty);
        mux.Advance(4);
        Assert.That(mux.ReasonsOfServers(), Is.EqualTo(new[] { reason }));
    }
}
