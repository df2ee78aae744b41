using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Pooling;

[TestFixture]
internal sealed class ServerLoginTests
{
    [Test, Property("Row", "B46"), Property("Row", "S15")]
    [Property("Text", "T24"), Property("Text", "T78")]
    public void A_wrong_password_is_tried_once_for_all_clients_that_wait()
    {
        using var mux = TestMux.Start();
        mux.Postgres.HoldsLogins = true;
        var clients = Enumerable.Range(0, 20).Select(_ => mux.BeginLogin()).ToArray();
        mux.Postgres.Refusal = Replies.Fatal("28P01", "password authentication failed for user \"alice\"");
        mux.Postgres.FinishLogins();
        Assert.That(
            clients.Select(client => client.Take()),
            Is.All.EqualTo("E(28P01 password authentication failed for user \"alice\") EOF"));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
    }

    [TestCase("28P01", "E(28P01 wrong) EOF")]
    [TestCase("08006", "E(08006 server login has been failing, cached error: wrong (server_login_retry)) EOF")]
    [Property("Row", "S06")]
    public void While_logins_fail_new_clients_are_told_at_once(string sqlState, string told)
    {
        using var mux = TestMux.Start();
        mux.Postgres.Refusal = Replies.Fatal(sqlState, "wrong");
        mux.BeginLogin();
        Assert.That(mux.BeginLogin().Take(), Is.EqualTo(told));
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
    }

    [TestCase("28P01")]
    [TestCase("3D000")]
    [Property("Row", "B192"), Property("Row", "B48"), Property("Row", "B200")]
    [Property("Text", "T84")]
    public void A_pool_recovers_by_itself_when_its_logins_succeed_again(string sqlState)
    {
        using var mux = TestMux.Start();
        mux.Postgres.Refusal = Replies.Fatal(sqlState, "refused");
        Assert.That(mux.BeginLogin().Take(), Is.EqualTo($"E({sqlState} refused) EOF"));
        mux.Postgres.Refusal = null;
        mux.Advance(16);

        // PgBouncer's rule: the first who comes is still told of the failure, and has it tried again.
        mux.BeginLogin();
        mux.Advance(1);
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "S06"), Property("Row", "B46")]
    public void Retries_double_from_100_ms_up_to_server_login_retry()
    {
        using var mux = TestMux.Start(("server_login_retry", "1"));
        mux.Postgres.Refusal = Replies.Fatal("57P03", "the database system is starting up");
        mux.BeginLogin();
        var times = new List<double>();
        for (var (seen, passed) = (mux.Postgres.Logins, 0.0); passed < 6; passed += 0.05)
        {
            mux.Advance(0.05);
            if (mux.Postgres.Logins > seen)
            {
                seen = mux.Postgres.Logins;
                times.Add(passed);
            }
        }

        var pauses = times.Zip(times.Skip(1), (a, b) => b - a).ToArray();
        Assert.That(times[0], Is.LessThan(0.45));
        Assert.That(pauses[^1], Is.InRange(0.95, 1.4));
        Assert.That(times, Has.Count.InRange(6, 10));
    }

    [TestCase("57P03", "the database system is starting up")]
    [TestCase("53300", "sorry, too many clients already")]
    [Property("Row", "B193"), Property("Row", "S05"), Property("Row", "S14")]
    public void A_refusal_that_passes_keeps_clients_waiting(string sqlState, string message)
    {
        using var mux = TestMux.Start();
        mux.Postgres.Refusal = Replies.Fatal(sqlState, message);
        var clients = Enumerable.Range(0, 5).Select(_ => mux.BeginLogin()).ToArray();
        mux.Advance(3);
        Assert.That(clients.Select(client => client.Take()), Is.All.Empty);
        mux.Postgres.Refusal = null;
        mux.Advance(16);
        Assert.That(clients.Select(client => client.Take()), Is.All.EndsWith("Z(I)"));
    }

    [Test, Property("Row", "B193")]
    public void Clients_that_are_logged_in_wait_while_the_server_starts()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        mux.Postgres.Refusal = Replies.Fatal("57P03", "starting up");
        mux.Postgres.Single.Terminate();
        client.Send(RawMessages.Query("SELECT a"));
        mux.Advance(2);
        Assert.That(client.Take(), Is.Empty);
        mux.Postgres.Refusal = null;
        mux.Advance(5);
        Assert.That(client.Take(), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test, Property("Row", "B47"), Property("Row", "A13")]
    public void A_login_that_gets_no_answer_ends_at_the_connect_timeout()
    {
        using var mux = TestMux.Start(("server_connect_timeout", "5"), ("query_wait_timeout", "60"));
        mux.Postgres.HoldsLogins = true;
        var client = mux.BeginLogin();
        mux.Advance(4);
        Assert.That(mux.Postgres.Open, Has.Count.EqualTo(1));
        mux.Postgres.HoldsLogins = false;
        mux.Advance(3);
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
        mux.Advance(1);
        Assert.That(mux.Counts.Servers, Is.EqualTo(1));
        mux.Postgres.Servers[0].Close();
    }

    [Test, Property("Row", "S07"), Property("Row", "B183")]
    public void A_connect_that_hangs_ends_at_the_connect_timeout()
    {
        using var mux = TestMux.Start(("server_connect_timeout", "5"));
        mux.Network.Addresses.Fail(mux.Postgres.EndPoint, ConnectFailure.TimedOut);
        var client = mux.BeginLogin();
        mux.Advance(4);
        Assert.That(mux.Counts.Connecting, Is.EqualTo(1));
        mux.Network.Addresses.Allow(mux.Postgres.EndPoint);
        mux.Advance(3);
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
    }

    [Test, Property("Row", "S07")]
    public void A_refused_connect_is_tried_again_for_the_clients_that_wait()
    {
        using var mux = TestMux.Start();
        mux.Network.Addresses.Fail(mux.Postgres.EndPoint, ConnectFailure.Refused);
        var client = mux.BeginLogin();
        mux.Advance(2);
        mux.Network.Addresses.Allow(mux.Postgres.EndPoint);
        mux.Advance(5);
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
    }

    [Test, Property("Row", "B43")]
    public void Notices_and_parameters_inside_a_login_change_nothing()
    {
        using var mux = TestMux.Start();
        mux.Postgres.LoginNoise = [.. Replies.Notice("hello"), .. Replies.Notification("c"), .. Replies.ParameterStatus("is_superuser", "on")];
        var client = mux.Login();
        Assert.That(client.Parameters, Contains.Key("is_superuser"));
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void Only_one_login_is_under_way_until_one_has_succeeded_and_several_after_it()
    {
        using var mux = TestMux.Start(("default_pool_size", "20"));
        mux.Postgres.HoldsLogins = true;
        var clients = Enumerable.Range(0, 20).Select(_ => mux.BeginLogin()).ToArray();
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
        mux.Postgres.FinishLogins();
        mux.Postgres.HoldsLogins = true;
        foreach (var client in clients)
        {
            client.Send(RawMessages.Query("BEGIN"));
        }

        Assert.That(mux.Postgres.Logins, Is.EqualTo(1 + Core.Pooling.LoginThrottle.InFlightLimit));
        mux.Postgres.FinishLogins();
        Assert.That(clients.Select(client => client.Take()), Is.All.EndsWith("C(BEGIN) Z(T)"));
    }

    [Test]
    public void A_client_that_leaves_during_the_first_login_does_not_disturb_it()
    {
        using var mux = TestMux.Start();
        mux.Postgres.HoldsLogins = true;
        var leaving = mux.BeginLogin();
        leaving.Close();
        mux.Postgres.FinishLogins();
        Assert.That(mux.Counts.Idle, Is.EqualTo(1));
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [TestCase(new byte[] { (byte)'Z', 0, 0, 0, 5, (byte)'I' })]
    [TestCase(new byte[] { (byte)'R', 0, 0, 0, 3 })]
    [TestCase(new byte[] { (byte)'?', 0, 0, 0, 4 })]
    [TestCase(new byte[] { (byte)'R', 0x7f, 0xff, 0xff, 0xff })]
    [TestCase(new byte[] { 72, 84, 84, 80, 47, 49, 46, 49, 32, 52, 48, 48 })]
    [TestCase(new byte[0])]
    [Property("Row", "C19"), Property("Row", "S12")]
    public void What_is_no_PostgreSQL_is_no_server(byte[] answer)
    {
        using var mux = TestMux.Start(("query_wait_timeout", "5"));
        mux.Postgres.Refusal = answer;
        var client = mux.BeginLogin();
        mux.Advance(6);
        Assert.That(client.Take(), Does.Match(@"^E\(\w+ .*\) EOF$"));
        mux.Postgres.Refusal = null;
        mux.Advance(16);
        mux.BeginLogin();
        mux.Advance(1);
        Assert.That(mux.Login().Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
    }

    [Test]
    public void The_connect_query_runs_once_per_server_and_its_failure_is_only_logged()
    {
        var settings = TestMux.SettingsOf() with
        {
            Databases = new Dictionary<string, string> { ["db"] = "host=127.0.0.1 port=5432 connect_query='FAIL'" },
        };
        using var mux = TestMux.Start(settings);
        var client = mux.Login();
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        Assert.That(mux.Postgres.Single.Executed, Is.EqualTo(new[] { "FAIL", "SELECT a" }));
    }

    [Test, Property("Row", "C03")]
    public void A_refusal_without_code_and_text_reaches_waiting_clients_with_both()
    {
        using var mux = TestMux.Start();
        mux.Postgres.Refusal = RawMessages.Message('E', 0);
        Assert.That(mux.BeginLogin().Take(), Is.EqualTo("E(XX000 unknown error) EOF"));
    }
}
