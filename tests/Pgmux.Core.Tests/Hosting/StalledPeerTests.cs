using Pgmux.Core.Tests.Servers;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Hosting;

/// <summary>
/// A peer stops at every step of the protocol at which pgmux waits for one. With all time limits set nothing waits for ever: the client is
/// told or served, and the place of the server is free again.
/// </summary>
[TestFixture]
internal sealed class StalledPeerTests
{
    // Longer than any two limits below, one after the other.
    private const double Patience = 60;

    private static readonly (string, string)[] Limits =
    [
        ("default_pool_size", "1"),
        ("server_connect_timeout", "5"),
        ("query_timeout", "10"),
        ("query_wait_timeout", "20"),
        ("cancel_wait_timeout", "5"),
        ("client_login_timeout", "30"),
        ("client_idle_timeout", "40"),
        ("idle_transaction_timeout", "10"),
        ("server_check_query", "SELECT check"),
        ("server_check_delay", "1"),
    ];

    private static readonly TestCaseData[] ServerSteps =
    [
        ServerStep("connect", mux =>
        {
            mux.Network.Addresses.Fail(mux.Postgres.EndPoint, ConnectFailure.TimedOut);
            return mux.BeginLogin();
        }),
        ServerStep("first answer of the login", mux => mux.BeginLogin()),
        ServerStep("password", mux => Login(mux, Replies.AuthenticationCleartextPassword())),
        ServerStep("parameters", mux => Login(mux, Replies.AuthenticationOk(), Replies.ParameterStatus("server_version", "15.0"))),
        ServerStep("half a message of the login", mux => Login(mux, Replies.AuthenticationOk(), Replies.ParameterStatus("server_version", "15.0")[..9])),
        ServerStep("query", mux => Query(mux, RawMessages.Query("SELECT a"))),
        ServerStep("half a reply", mux => Query(mux, RawMessages.Query("SELECT a"), Replies.RowDescription(), Replies.DataRow("half")[..8]), isCut: true),
        ServerStep("reply without its end", mux => Query(mux, RawMessages.Query("SELECT a"), Replies.Value("a"))),
        ServerStep("extended query", mux => Query(mux, [.. RawMessages.Parse("SELECT a"), .. RawMessages.Sync()])),
        ServerStep("extended query without Sync", mux => Query(mux, [.. RawMessages.Parse("SELECT a"), .. RawMessages.Flush()])),
        ServerStep("end of COPY", mux => Send(Query(mux, RawMessages.Query("COPY"), Replies.CopyInResponse()), RawMessages.CopyDone())),
        ServerStep("commit", mux => Send(
            Query(mux, RawMessages.Query("BEGIN"), Replies.CommandComplete("BEGIN"), Replies.ReadyForQuery('T')), RawMessages.Query("COMMIT"))),
    ];

    private static readonly TestCaseData[] ClientSteps =
    [
        Step("startup packet", mux => mux.Connect()),
        Step("half a startup packet", mux => Send(mux.Connect(), RawMessages.Startup(("user", "alice"), ("database", "db"))[..20])),
        Step("idle", mux => mux.Login()),
        Step("half a message", mux => Send(mux.Login(), RawMessages.Query("SELECT a")[..7])),
        Step("transaction", mux => Send(mux.Login(), RawMessages.Query("BEGIN"))),
        Step("missing Sync", mux => Send(mux.Login(), RawMessages.Parse("SELECT a"), RawMessages.Flush())),
        Step("COPY data", mux => Send(mux.Login(), RawMessages.Query("COPY IN"))),
        Step("result that is not read", mux =>
        {
            var client = mux.Login();
            client.IsReading = false;
            return Send(client, RawMessages.Query("ROWS 2000 1000"));
        }),
    ];

    [TestCaseSource(nameof(ServerSteps))]
    [Property("Row", "B187")]
    public void A_server_that_stalls_loses_its_place_and_its_client_is_told(Func<TestMux, FakeClient> stall, bool isCut)
    {
        using var mux = TestMux.Start(Limits);
        mux.IsLeftBroken = true;
        mux.Postgres.HoldsLogins = true;
        var client = stall(mux);
        var place = mux.Pool.Servers.SingleOrDefault();
        mux.Advance(Patience);

        // Behind half a message nothing more can be said.
        Assert.That(client.Take(), isCut ? Does.EndWith("T EOF") : Does.Match(@"E\(\w+ .*\) EOF$"));
        Assert.That(mux.Pool.Servers, Has.None.SameAs(place));
        ServeAgain(mux);
    }

    [TestCaseSource(nameof(ClientSteps))]
    [Property("Row", "B187")]
    public void A_client_that_stalls_is_told_and_leaves_its_server_to_others(Func<TestMux, FakeClient> stall)
    {
        using var mux = TestMux.Start(Limits);
        var client = stall(mux);
        mux.Advance(Patience);
        client.IsReading = true;
        Assert.That(client.Take(), Does.EndWith("EOF"));
        Assert.That(mux.Mux.Clients.ClientCount, Is.Zero);
        ServeAgain(mux);
    }

    [TestCase("reset", "session", "SELECT b")]
    [TestCase("check", "transaction", "SELECT b")]
    [TestCase("parameters", "transaction", "SELECT b")]
    [Property("Row", "B187"), Property("Row", "P12")]
    public void A_server_that_does_not_answer_pgmux_itself_is_replaced(string step, string mode, string sql)
    {
        using var mux = TestMux.Start([.. Limits, ("pool_mode", mode)]);
        var first = mux.Login();
        first.Query("SELECT a");
        var deaf = mux.Postgres.Single;
        deaf.IsAutomatic = false;
        first.Close();
        mux.Advance(step == "check" ? 2 : 0.1);
        var waiting = mux.BeginLogin(parameters: step == "parameters" ? [("application_name", "new")] : []);
        waiting.Take();
        waiting.Send(RawMessages.Query(sql));
        mux.Advance(12);
        Assert.That(deaf.IsOpen, Is.False);
        Assert.That(
            waiting.Take(), step == "parameters" ? Is.EqualTo("E(57014 query timeout) EOF") : Does.EndWith("T D(b) C(SELECT 1) Z(I)"));
        waiting.Close();
        ServeAgain(mux);
    }

    [Test, Property("Row", "B187")]
    public void A_cancel_that_nobody_takes_costs_the_server_and_not_its_place()
    {
        using var mux = TestMux.Start(Limits);
        mux.Postgres.HoldsCancels = true;
        var client = mux.Login();
        client.Send(RawMessages.Query("WAIT"));
        mux.Cancel(client);
        mux.Postgres.Single.Release();
        client.Take();
        mux.Advance(7);
        Assert.That(mux.Counts.Servers, Is.Zero);
        ServeAgain(mux);
    }

    [Test, Property("Row", "B187")]
    public void A_connect_query_that_is_not_answered_ends_the_login()
    {
        using var mux = TestMux.Start(TestMux.SettingsOf(Limits) with
        {
            Databases = new Dictionary<string, string> { ["db"] = "host=127.0.0.1 port=5432 connect_query='SELECT connect'" },
        });
        mux.Postgres.IsAutomatic = false;
        var client = mux.BeginLogin();
        mux.Advance(Patience);
        Assert.That(client.Take(), Does.Match(@"^E\(.*\) EOF$"));
        mux.Postgres.IsAutomatic = true;
        ServeAgain(mux);
    }

    // Whatever has stalled has gone, and all limits on retries have passed.
    private static void ServeAgain(TestMux mux)
    {
        mux.Network.Addresses.Allow(mux.Postgres.EndPoint);
        mux.Postgres.HoldsLogins = false;
        mux.Advance(20);
        var first = mux.BeginLogin();
        mux.Advance(1);
        first.Close();
        Assert.That(mux.Login("bob").Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    private static FakeClient Login(TestMux mux, params byte[][] replies)
    {
        var client = mux.BeginLogin();
        mux.Postgres.Servers[^1].Send(replies);
        return client;
    }

    private static FakeClient Query(TestMux mux, byte[] request, params byte[][] replies)
    {
        var (client, server) = mux.LoginToDeaf();
        mux.Postgres.HoldsLogins = true;
        client.Send(request);
        server.Send(replies);
        return client;
    }

    private static FakeClient Send(FakeClient client, params byte[][] messages)
    {
        client.Take();
        client.Send(messages);
        return client;
    }

    private static TestCaseData Step(string name, Func<TestMux, FakeClient> stall) => new TestCaseData(stall).SetArgDisplayNames(name);

    // A reply may be cut in the middle of a message.
    private static TestCaseData ServerStep(string name, Func<TestMux, FakeClient> stall, bool isCut = false) =>
        new TestCaseData(stall, isCut).SetArgDisplayNames(name);
}
