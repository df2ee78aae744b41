using System.Net;
using Pgmux.Core.Tests.Servers;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>
/// Names of servers whose addresses change, and lists of hosts. Names are looked up for every connection and nothing is kept, so there is no
/// time to live that could be wrong.
/// </summary>
[TestFixture]
internal sealed class HostTests
{
    private const string Answer = "T D(a) C(SELECT 1) Z(I)";

    private static readonly IPAddress Other = IPAddress.Parse("127.0.0.2");

    [Test, Property("Row", "S19")]
    public void New_connections_follow_a_name_and_old_servers_live()
    {
        using var mux = Start("host=db.example");
        mux.Names.Set("db.example", IPAddress.Loopback);
        var (first, second) = (mux.Login(), mux.Login());
        first.Query("BEGIN");
        mux.Names.Set("db.example", Other);
        var moved = Listen(mux, Other);
        second.Take();
        Assert.That(second.Query("SELECT a"), Is.EqualTo(Answer));
        Assert.That(moved.Executed, Does.Contain("SELECT a"));
        Assert.That(first.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(T)"));
        Assert.That(first.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        Assert.That(mux.Postgres.Open, Has.Count.EqualTo(1), "still good");
    }

    // There is no expiry that a clock could cross: whatever its step, a new connection goes where the name points now.
    [TestCase(0)]
    [TestCase(0.5)]
    [TestCase(15)]
    [TestCase(86_400)]
    [Property("Row", "B190")]
    public void A_stale_address_is_never_used_whatever_the_clock_does(double step)
    {
        using var mux = Start("host=db.example", ("server_lifetime", "0"));
        var moved = Listen(mux, Other);
        mux.Names.Set("db.example", IPAddress.Loopback);
        var client = mux.Login();
        client.Take();
        client.Query("SELECT first");
        var (here, there) = (mux.Postgres.Logins, moved.Logins);
        for (var round = 0; round < 5; round++)
        {
            mux.Names.Set("db.example", round % 2 == 0 ? Other : IPAddress.Loopback);
            mux.Advance(step);
            Assert.That(client.Query("SELECT a"), Is.EqualTo(Answer));
            (here, there) = round % 2 == 0 ? (here, there + 1) : (here + 1, there);
            Assert.That((mux.Postgres.Logins, moved.Logins), Is.EqualTo((here, there)));
        }
    }

    [Test, Property("Row", "S19"), Property("Row", "B191")]
    public void An_answer_that_changes_every_second_recycles_nothing()
    {
        using var mux = Start("host=db.example");
        var moved = Listen(mux, Other);
        mux.Names.Set("db.example", IPAddress.Loopback);
        var clients = Enumerable.Range(0, 5).Select(_ => mux.Login()).ToArray();
        foreach (var client in clients)
        {
            client.Take();
            client.Query("BEGIN");
        }

        Array.ForEach(clients, client => client.Query("COMMIT"));
        for (var second = 0; second < 20; second++)
        {
            mux.Names.Set("db.example", second % 2 == 0 ? Other : IPAddress.Loopback);
            mux.Advance(1);
            Assert.That(clients.Select(client => client.Query("SELECT a")), Is.All.EqualTo(Answer));
        }

        Assert.That(mux.Postgres.Logins + moved.Logins, Is.EqualTo(5), "the servers of the beginning");
    }

    [Test, Property("Row", "S19")]
    public void A_name_without_an_address_is_tried_again_and_its_failure_is_told_from_others()
    {
        using var mux = Start("host=db.example", ("server_login_retry", "2"), ("query_wait_timeout", "5"));
        var canary = mux.Login("bob", "canary");
        var client = mux.BeginLogin();
        mux.Advance(3);
        Assert.That(client.Take(), Is.Empty, "it waits");
        Assert.That(
            mux.Log.Events.Select(entry => entry.Text), Has.Some.Contains("db.example").And.Some.Matches("the name has no address|no such name|not resolved|not be resolved"));
        Assert.That(canary.Query("SELECT a"), Does.EndWith(Answer));
        mux.Names.Set("db.example", IPAddress.Loopback);
        mux.Advance(1.9);
        Assert.That(client.Take(), Does.EndWith("Z(I)"), "within one retry: a failure is not remembered for longer");
    }

    [Test, Property("Row", "S19")]
    public void A_lookup_that_takes_too_long_ends_at_the_connect_timeout()
    {
        using var mux = Start("host=db.example", ("server_connect_timeout", "5"));
        mux.Names.Set("db.example", Other);
        mux.Network.Addresses.Fail(new IPEndPoint(Other, 5432), ConnectFailure.TimedOut);
        var canary = mux.Login("bob", "canary");
        var client = mux.BeginLogin();
        mux.Advance(4);
        Assert.That(canary.Query("SELECT a"), Does.EndWith(Answer));
        mux.Names.Set("db.example", IPAddress.Loopback);
        mux.Advance(3);
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
    }

    [TestCase(ConnectFailure.Refused)]
    [TestCase(ConnectFailure.TimedOut)]
    [TestCase(ConnectFailure.Unreachable)]
    [Property("Row", "S20")]
    public void One_dead_host_of_three_leaves_the_others_to_serve(ConnectFailure failure)
    {
        using var mux = Start("host=127.0.0.1,127.0.0.2,127.0.0.3", ("server_connect_timeout", "3"), ("server_login_retry", "2"), ("default_pool_size", "4"));
        var third = Listen(mux, IPAddress.Parse("127.0.0.3"));
        mux.Network.Addresses.Fail(new IPEndPoint(Other, 5432), failure);
        var clients = Enumerable.Range(0, 4).Select(_ => mux.Login()).ToArray();
        Array.ForEach(clients, client => client.Send(RawMessages.Query("BEGIN")));
        mux.Advance(20);
        Assert.That(clients.Select(client => client.Take()), Is.All.EndsWith("C(BEGIN) Z(T)"));
        Assert.That((mux.Postgres.Open.Count, third.OpenCount), Is.EqualTo((2, 2)), "in turn");

        var failures = mux.Log.Events.Count(entry => entry.Text.Contains("127.0.0.2") && entry.Text.Contains("connect"));
        Assert.That(failures, Is.InRange(1, 8), "tried now and then, and not for ever");

        // Back again: new servers use it.
        mux.Network.Addresses.Allow(new IPEndPoint(Other, 5432));
        var second = Listen(mux, Other);
        Array.ForEach(clients, client => client.Query("COMMIT"));
        third.CloseAll();
        foreach (var server in mux.Postgres.Open)
        {
            server.Terminate();
        }

        Array.ForEach(clients, client => client.Send(RawMessages.Query("BEGIN")));
        mux.Advance(5);
        Assert.That(clients.Select(client => client.Take()), Is.All.EndsWith("C(BEGIN) Z(T)"));
        Assert.That(second.Logins, Is.Positive);
    }

    private static TestMux Start(string database, params (string, string)[] settings)
    {
        var mux = TestMux.Start(TestMux.SettingsOf(settings) with
        {
            Databases = new Dictionary<string, string> { ["db"] = $"{database} port=5432", ["canary"] = "host=127.0.0.1 port=5432" },
        });

        // Servers at other addresses are other fakes.
        mux.IsLeftBroken = true;
        return mux;
    }

    private static OtherBackend Listen(TestMux mux, IPAddress address) => new(mux.Network, new IPEndPoint(address, 5432));
}
