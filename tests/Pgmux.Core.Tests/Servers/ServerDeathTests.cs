using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Servers;

[TestFixture]
internal sealed class ServerDeathTests
{
    [TestCase(1)]
    [TestCase(2)]
    [Property("Row", "B142"), Property("Row", "S02"), Property("Row", "S10"), Property("Row", "P11")]
    public void Servers_that_die_while_idle_are_replaced_and_nobody_hears_of_it(int loops)
    {
        using var mux = TestMux.Start(loops, ("default_pool_size", "4"));
        var clients = Enumerable.Range(0, 4).Select(_ => mux.Login()).ToArray();
        for (var round = 0; round < 3; round++)
        {
            Run(clients, "BEGIN", "C(BEGIN) Z(T)");
            Run(clients, "COMMIT", "C(COMMIT) Z(I)");
            var open = mux.Postgres.Open.ToArray();
            open[0].Terminate();
            open[1].Close();
            open[2].Reset();
        }

        Run(clients, "SELECT a", "T D(a) C(SELECT 1) Z(I)");
    }

    [TestCase("terminate", "E(57P01 terminating connection due to administrator command) EOF")]
    [TestCase("close", "E(08006 server conn crashed?) EOF")]
    [TestCase("reset", "E(08006 server conn crashed?) EOF")]
    [Property("Row", "S01"), Property("Row", "S02"), Property("Row", "B80")]
    [Property("Text", "T91")]
    public void A_client_whose_server_dies_gets_one_error_and_the_end(string how, string expected)
    {
        using var mux = TestMux.Start();
        var (victim, canary) = (mux.Login(), mux.Login());
        foreach (var sql in new[] { "WAIT", "BEGIN" })
        {
            victim = mux.Login();
            victim.Send(RawMessages.Query(sql));
            victim.Take();
            Kill(mux.Postgres.Open.Single(server => server.Executed is [.., var last] && last == sql), how);
            Assert.That(victim.Take(), Is.EqualTo(expected));
        }

        Assert.That(canary.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "B80")]
    public void A_last_word_that_has_reached_the_client_is_not_followed_by_another()
    {
        using var mux = TestMux.Start();
        Assert.That(mux.Login().Query("FATAL"), Is.EqualTo("E(57P01 terminating connection due to administrator command) EOF"));
    }

    [Test, Property("Row", "S11")]
    public void A_client_that_has_got_half_a_message_gets_nothing_after_it()
    {
        using var mux = TestMux.Start();
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        client.Take();
        var received = client.ReceivedBytes;
        client.Send(RawMessages.Query("SELECT a"));
        var row = Replies.DataRow(new string('x', 100));
        mux.Postgres.Single.Send(Replies.RowDescription(), row[..50]);
        mux.Postgres.Single.Close();
        Assert.That(client.Take(), Is.EqualTo("T EOF"));
        Assert.That(client.ReceivedBytes - received, Is.EqualTo(Replies.RowDescription().Length + 50));
    }

    [Test, Property("Row", "S11"), Property("Row", "B182")]
    public void A_server_that_sends_half_a_message_and_stalls_meets_the_query_timeout()
    {
        using var mux = TestMux.Start(("query_timeout", "10"));
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        client.Send(RawMessages.Query("SELECT a"));
        var row = Replies.DataRow(new string('x', 100));
        mux.Postgres.Single.Send(Replies.RowDescription());
        foreach (var piece in row[..50])
        {
            mux.Postgres.Servers[0].Send([piece]);
            mux.Advance(0.3);
        }

        Assert.That(client.Take(), Is.EqualTo("T EOF"));
        Assert.That(mux.Counts.Servers, Is.Zero);
    }

    // A DataRow, a BindComplete, a COPY or a ReadyForQuery that nobody asked for; a type that does not exist; lengths that are none.
    [TestCase("2")]
    [TestCase("1")]
    [TestCase("n")]
    [TestCase("s")]
    [TestCase("?")]
    [TestCase("R")]
    [Property("Row", "S12"), Property("Row", "B143")]
    public void A_reply_that_does_not_fit_closes_the_server_and_tells_the_client_once(string type)
    {
        using var mux = TestMux.Start();
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        client.Send(RawMessages.Query("SELECT a"));
        mux.Postgres.Single.Send(Replies.RowDescription(), RawMessages.Message(type[0], 0, 0, 0, 0));
        Assert.That(client.Take(), Does.Match(@"^(T )?E\(08P01 [^)]*\) EOF$"));
        Assert.That(mux.Postgres.Open, Is.Empty);
    }

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(-1)]
    [TestCase(int.MinValue)]
    [Property("Row", "C19"), Property("Row", "B01"), Property("Row", "C01")]
    public void A_length_that_is_none_closes_the_server(int length)
    {
        using var mux = TestMux.Start();
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        client.Send(RawMessages.Query("SELECT a"));
        mux.Postgres.Single.Send(RawMessages.MessageOfLength('D', length));
        Assert.That(client.Take(), Does.Match(@"^E\(08P01 [^)]*\) EOF$"));
    }

    [TestCase('X')]
    [TestCase('\0')]
    [Property("Row", "P16")]
    public void A_transaction_status_that_is_none_closes_the_server(char status)
    {
        using var mux = TestMux.Start();
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        client.Send(RawMessages.Query("SELECT a"));
        mux.Postgres.Single.Send(Replies.CommandComplete("SELECT 0"), Replies.ReadyForQuery(status));
        Assert.That(client.Take(), Does.EndWith("EOF"));
        Assert.That(mux.Counts.Servers, Is.Zero);
    }

    [Test, Property("Row", "P16"), Property("Row", "B143")]
    public void A_second_ReadyForQuery_never_reaches_the_next_client()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        mux.Postgres.IsAutomatic = false;
        var (first, second) = (mux.Login(), mux.Login());
        first.Send(RawMessages.Query("SELECT a"));
        second.Send(RawMessages.Query("SELECT b"));
        mux.Postgres.Servers[0].Send(Replies.Value("a"), Replies.ReadyForQuery(), Replies.ReadyForQuery());
        mux.Advance(1);
        mux.Postgres.Open.Last().Send(Replies.Value("b"), Replies.ReadyForQuery());
        Assert.That(first.Take(), Does.StartWith("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(second.Take(), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "P11"), Property("Row", "B82")]
    public void What_an_idle_server_says_reaches_nobody()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Query("SELECT a");
        mux.Postgres.Single.Send(Replies.Notice("n"), Replies.Notification("c"), Replies.ParameterStatus("is_superuser", "on"));
        Assert.That(client.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
    }

    [TestCase("D")]
    [TestCase("Z")]
    [TestCase("E")]
    [Property("Row", "P11")]
    public void An_idle_server_that_says_what_nobody_asked_for_is_closed_before_anybody_gets_it(string type)
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Query("SELECT a");
        mux.Postgres.Single.Send(type switch
        {
            "D" => Replies.DataRow("stray"),
            "Z" => Replies.ReadyForQuery(),
            _ => Replies.Error("57014", "stray"),
        });
        Assert.That(mux.Postgres.Open, Is.Empty);
        Assert.That(client.Query("SELECT b"), Is.EqualTo("T D(b) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "B82")]
    public void Notices_notifications_and_parameters_between_any_two_replies_reach_the_client_in_their_place()
    {
        using var mux = TestMux.Start();
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        client.Send(RawMessages.Parse("SELECT a"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync());
        byte[][] noise = [Replies.Notice("n"), Replies.Notification("c"), Replies.ParameterStatus("is_superuser", "on")];
        byte[][] replies = [Replies.ParseComplete(), Replies.BindComplete(), Replies.DataRow("a"), Replies.CommandComplete("SELECT 1"), Replies.ReadyForQuery()];
        mux.Postgres.Single.Send([.. replies.SelectMany(reply => (byte[][])[.. noise, reply])]);
        const string Noise = "N(n) A(c) S(is_superuser=on) ";
        Assert.That(client.Take(), Is.EqualTo($"{Noise}1 {Noise}2 {Noise}D(a) {Noise}C(SELECT 1) {Noise}Z(I)"));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    [Test, Property("Row", "B147"), Property("Row", "S17")]
    public void A_server_that_was_out_of_memory_is_not_used_again()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        Assert.That(client.Query("FAIL 53200"), Is.EqualTo("E(53200 division by zero) Z(I)"));
        Assert.That(mux.Postgres.Open, Is.Empty);
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "E19")]
    public void A_server_that_dies_inside_an_extended_query_ends_it_once()
    {
        using var mux = TestMux.Start();
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        client.Send(RawMessages.Parse("SELECT a"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync());
        mux.Postgres.Single.Send(Replies.ParseComplete());
        mux.Postgres.Single.Reset();
        Assert.That(client.Take(), Is.EqualTo("1 E(08006 server conn crashed?) EOF"));
    }

    [Test, Property("Row", "C03")]
    public void An_error_without_fields_is_passed_on_as_it_is()
    {
        using var mux = TestMux.Start();
        mux.Postgres.IsAutomatic = false;
        var client = mux.Login();
        client.Send(RawMessages.Query("SELECT a"));
        mux.Postgres.Single.Send(RawMessages.Message('E', 0), Replies.ReadyForQuery());
        Assert.That(client.Take(), Is.EqualTo("E( ) Z(I)"));
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
    }

    private static void Run(FakeClient[] clients, string sql, string expected)
    {
        foreach (var client in clients)
        {
            client.Send(RawMessages.Query(sql));
        }

        Assert.That(clients.Select(client => client.Take()), Is.All.EqualTo(expected));
    }

    private static void Kill(FakeServer server, string how)
    {
        switch (how)
        {
            case "terminate":
                server.Terminate();
                break;
            case "close":
                server.Close();
                break;
            default:
                server.Reset();
                break;
        }
    }

    [Test, Property("Row", "S12"), Property("Row", "P16")]
    public void What_came_before_a_broken_message_reaches_the_client_and_so_does_the_reason([Values(0, 4, 11)] int cut)
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Query("SELECT warm");
        var server = mux.Postgres.Single;
        server.IsAutomatic = false;
        client.Send(RawMessages.Query("SELECT a"));
        var row = Replies.DataRow("a");
        server.Send(Replies.RowDescription(), row[..cut]);
        server.Send(row[cut..], Replies.CommandComplete("SELECT 1"), RawMessages.Message('Z', (byte)'I', 0));
        Assert.That(client.Take(), Is.EqualTo("T D(a) C(SELECT 1) E(08P01 server broke the protocol) EOF"));
    }
}
