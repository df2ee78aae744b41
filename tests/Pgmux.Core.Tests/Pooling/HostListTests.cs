using System.Net;
using Pgmux.Core.Servers;
using Pgmux.Core.Tests.Hosting;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Transport;
using static Pgmux.Core.Tests.Pooling.HostRig;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>Lists of hosts: who is taken in turn, and who when one is dead.</summary>
[TestFixture]
internal sealed class HostListTests
{
    [Test]
    public void Addresses_in_numbers_and_sockets_are_never_looked_up()
    {
        using var mux = Start("host=127.0.0.1,::1,/tmp,@abstract");
        Listen(mux, IPAddress.IPv6Loopback);
        OpenServers(mux, 2);
        Assert.That(mux.Names.Asked, Is.Empty);
    }

    [Test]
    public void With_load_balance_hosts_off_the_first_host_serves_all_and_the_next_only_after_a_failure()
    {
        using var mux = Start("host=127.0.0.1,127.0.0.2,127.0.0.3 load_balance_hosts=disable", ("server_login_retry", "1"), ("stats_users", ConsoleRows.User));
        var (second, third) = (Listen(mux, Other), Listen(mux, IPAddress.Parse("127.0.0.3")));
        var clients = OpenServers(mux, 3);
        Assert.That((mux.Postgres.Open.Count, second.Logins, third.Logins), Is.EqualTo((3, 0, 0)));
        Assert.That(mux.Show("DATABASES").Single(row => row["name"] == "db")["load_balance_hosts"], Is.EqualTo("disable"));
        Assert.That(mux.Show("POOLS").Single(row => row["database"] == "db")["load_balance_hosts"], Is.EqualTo("disable"));

        mux.Network.Addresses.Fail(mux.Postgres.EndPoint, ConnectFailure.Refused);
        foreach (var server in mux.Postgres.Open.ToArray())
        {
            server.Terminate();
        }

        Array.ForEach(clients, client => client.Send(RawMessages.Query("BEGIN")));
        mux.Advance(5);
        Assert.That(clients.Select(client => client.Take()).ToArray(), Is.All.EqualTo("C(BEGIN) Z(T)"));
        Assert.That((second.OpenCount, third.Logins), Is.EqualTo((3, 0)), "the next, for all");

        // It is back, and nobody goes back for that: PgBouncer's rule.
        mux.Network.Addresses.Allow(mux.Postgres.EndPoint);
        Array.ForEach(clients, client => client.Query("COMMIT"));
        var more = mux.Login();
        Array.ForEach([.. clients, more], client => client.Send(RawMessages.Query("BEGIN")));
        mux.Advance(1);
        Assert.That((second.OpenCount, mux.Postgres.Open.Count), Is.EqualTo((4, 0)));
    }

    [Test]
    public void A_list_of_hosts_is_balanced_unless_it_says_otherwise()
    {
        using var mux = Start("host=127.0.0.1,127.0.0.2", ("stats_users", ConsoleRows.User));
        var second = Listen(mux, Other);
        OpenServers(mux, 4);
        Assert.That((mux.Postgres.Open.Count, second.OpenCount), Is.EqualTo((2, 2)));
        Assert.That(mux.Show("DATABASES").Select(row => row["load_balance_hosts"]), Has.One.EqualTo("round-robin").And.One.Empty.Or.Some.Empty);
    }

    [Test]
    public void Another_way_to_balance_hosts_leaves_open_servers_alone()
    {
        using var mux = Start(SettingsFor("host=127.0.0.1,127.0.0.2"));
        Listen(mux, Other);
        OpenServers(mux, 2);
        mux.Reload(SettingsFor("host=127.0.0.1,127.0.0.2 load_balance_hosts=disable"));
        mux.Advance(1);
        Assert.That(mux.Mux.Pools.All.Single().Servers, Has.Count.EqualTo(2).And.All.Matches<ServerConnection>(server => server!.RetireReason is null));
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
}
