using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

[TestFixture]
internal sealed class TimeLimitTests
{
    [TestCase("")]
    [TestCase("session")]
    [Property("Row", "P05")]
    [Property("Text", "T97")]
    public void An_idle_client_is_told_and_closed_and_its_server_stays(string mode)
    {
        using var mux = TestMux.Start(("client_idle_timeout", "10"), ("pool_mode", mode.Length == 0 ? "transaction" : mode));
        var client = mux.Login();
        mux.Advance(8);
        client.Query("SELECT a");
        mux.Advance(8);
        Assert.That(client.Take(), Is.Empty);
        mux.Advance(3);
        Assert.That(client.Take(), Is.EqualTo("E(57P05 client_idle_timeout) EOF"));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    [Test, Property("Row", "P03")]
    [Property("Text", "T95")]
    public void A_client_idle_in_a_transaction_is_told_and_closed_with_its_server()
    {
        using var mux = TestMux.Start(("idle_transaction_timeout", "10"), ("client_idle_timeout", "5"));
        var client = mux.Login();
        client.Query("BEGIN");
        mux.Advance(8);
        client.Query("SELECT a");
        mux.Advance(8);
        Assert.That(client.Take(), Is.Empty);
        mux.Advance(3);
        Assert.That(client.Take(), Is.EqualTo("E(25P03 idle transaction timeout) EOF"));
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    [Test, Property("Row", "S04")]
    [Property("Text", "T93")]
    public void A_query_that_takes_too_lengthyis_cancelled_and_its_client_closed()
    {
        using var mux = TestMux.Start(("query_timeout", "10"));
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        mux.Advance(9);
        Assert.That(client.Take(), Is.Empty);
        mux.Advance(2);
        Assert.That(client.Take(), Is.EqualTo("E(57014 query timeout) EOF"));
        Assert.That(mux.Postgres.Cancels, Has.Count.EqualTo(1));
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    // PgBouncer counts from the last message of the client.
    [Test]
    public void A_query_whose_client_goes_on_sending_is_not_cut()
    {
        using var mux = TestMux.Start(("query_timeout", "10"));
        var client = mux.Login();
        client.Send(RawMessages.Query("COPY IN"));
        for (var row = 0; row < 10; row++)
        {
            mux.Advance(8);
            client.Send(RawMessages.CopyData("row"));
        }

        Assert.That(client.Take(), Is.EqualTo("G"));
        client.Send(RawMessages.CopyDone());
        Assert.That(client.Take(), Is.EqualTo("C(COPY 10) Z(I)"));
        client.Send(RawMessages.Query("COPY IN"), RawMessages.CopyData("row"));
        mux.Advance(9);
        Assert.That(client.Take(), Is.EqualTo("G"));
        mux.Advance(2);
        Assert.That(client.Take(), Is.EqualTo("E(57014 query timeout) EOF"));
    }

    [TestCase("BEGIN", "SELECT a")]
    [TestCase("BEGIN", "WAIT")]
    [TestCase("SELECT a", "WAIT")]
    [Property("Row", "P04")]
    [Property("Text", "T96")]
    public void A_transaction_that_takes_too_lengthyis_ended_whatever_it_does(string first, string then)
    {
        using var mux = TestMux.Start(("transaction_timeout", "10"), ("client_idle_timeout", "60"));
        var client = mux.Login();
        mux.Advance(20);
        client.Query(first);
        var hasBegun = first == "BEGIN";
        for (var second = 0; hasBegun && second < 8; second++)
        {
            mux.Advance(1);
            client.Query("SELECT b");
        }

        client.Send(RawMessages.Query(then));
        client.Take();
        mux.Advance(hasBegun ? 1 : 9);
        Assert.That(client.Take(), Is.Empty);
        mux.Advance(2);
        Assert.That(client.Take(), Is.EqualTo("E(25P04 transaction timeout) EOF"));
        Assert.That(mux.Postgres.Open, Is.Empty);
        Assert.That(mux.Log.Events.Select(entry => entry.Text), Has.Some.Match("^S-.* closing because: transaction timeout"));
    }

    [Test, Property("Row", "P04")]
    public void Each_transaction_has_the_whole_limit_and_a_user_may_have_another()
    {
        var settings = TestMux.SettingsOf(("transaction_timeout", "10")) with
        {
            Users = new Dictionary<string, string> { ["bob"] = "transaction_timeout=20", ["alice"] = "transaction_timeout=0" },
        };
        using var mux = TestMux.Start(settings);
        var (brief, lengthy) = (mux.Login(), mux.Login("bob"));
        for (var round = 0; round < 3; round++)
        {
            brief.Query("BEGIN");
            mux.Advance(8);
            Assert.That(brief.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        }

        brief.Query("BEGIN");
        lengthy.Query("BEGIN");
        mux.Advance(11);
        Assert.That(brief.Take(), Is.EqualTo("E(25P04 transaction timeout) EOF"), "0 is the general value");
        Assert.That(lengthy.Take(), Is.Empty);
        mux.Advance(10);
        Assert.That(lengthy.Take(), Is.EqualTo("E(25P04 transaction timeout) EOF"));
    }

    [TestCase(false)]
    [TestCase(true)]
    [Property("Row", "H02"), Property("Row", "H03"), Property("Row", "A10")]
    [Property("Text", "T98")]
    public void A_login_that_is_not_finished_ends_counted_from_its_beginning(bool sendsBytes)
    {
        using var mux = TestMux.Start(("client_login_timeout", "10"));
        var client = mux.Connect();
        var startup = RawMessages.Startup(("user", "alice"), ("database", "db"));
        for (var second = 0; second < 11; second++)
        {
            Assert.That(client.Take(), Is.Empty, $"after {second} s");
            if (sendsBytes)
            {
                client.Send([startup[second]]);
            }

            mux.Advance(second == 10 ? 0.9 : 0.99);
        }

        Assert.That(client.Take(), Is.EqualTo("E(08P01 client_login_timeout) EOF"));
    }

    [Test, Property("Row", "H01")]
    public void A_connection_that_says_nothing_and_closes_is_forgotten()
    {
        using var mux = TestMux.Start();
        mux.Connect().Close();
        mux.Connect().Reset();
        Assert.That(mux.Mux.Clients.ClientCount, Is.Zero);
    }

    [TestCase("client_idle_timeout")]
    [TestCase("idle_transaction_timeout")]
    [TestCase("query_timeout")]
    [TestCase("transaction_timeout")]
    [TestCase("server_idle_timeout")]
    [Property("Row", "B150")]
    public void Zero_is_no_limit(string setting)
    {
        using var mux = TestMux.Start((setting, "0"), ("server_lifetime", "100000"), ("server_check_query", ""));
        var client = mux.Login();
        client.Query("SELECT a");
        mux.Advance(5_000);
        client.Query("BEGIN");
        mux.Advance(5_000);
        client.Send(RawMessages.Query("WAIT"));
        mux.Advance(setting is "query_timeout" or "transaction_timeout" ? 5_000 : 1);
        mux.Postgres.Open.Single(server => server.IsWaiting).Release();
        Assert.That(client.Take(), Is.EqualTo("T D(waited) C(SELECT 1) Z(T)"));
        if (setting == "server_idle_timeout")
        {
            Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
        }
    }

    [Test, Property("Row", "H19"), Property("Row", "B198")]
    [Property("Text", "T69"), Property("Text", "T72")]
    public void Exactly_max_client_conn_clients_are_admitted_and_the_console_is_reachable()
    {
        using var mux = TestMux.Start(("max_client_conn", "5"));
        var clients = Enumerable.Range(0, 8).Select(_ => mux.BeginLogin()).ToArray();
        Assert.That(clients.Count(client => client.Take().EndsWith("Z(I)", StringComparison.Ordinal)), Is.EqualTo(5));
        Assert.That(mux.BeginLogin().Take(), Is.EqualTo("E(53300 no more connections allowed (max_client_conn)) EOF"));
        Assert.That(mux.BeginLogin("admin", "pgbouncer").Take(), Does.EndWith("Z(I)"));
        clients.First(client => !client.IsClosed).Close();
        Assert.That(mux.Mux.Clients.SessionCount, Is.EqualTo(4));
        Assert.That(mux.BeginLogin().Take(), Does.EndWith("EOF").Or.EndsWith("Z(I)"));
    }
}
