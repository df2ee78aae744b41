using System.Net;
using Pgmux.Core.Servers;
using Pgmux.Core.Servers.Hosts;
using Pgmux.Core.Tests.Hosting;
using Pgmux.Core.Tests.Servers;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>Names of servers whose addresses change, and lists of hosts.</summary>
[TestFixture]
internal sealed class HostTests
{
    private const string Answer = "T D(a) C(SELECT 1) Z(I)";
    private const string Host = "db.example";

    // dns_max_ttl and dns_nxdomain_ttl, unless a test says otherwise.
    private const double UsualAge = 15;

    // A sweep comes three times a second.
    private const double OneSweep = 0.5;

    private static readonly IPAddress Here = IPAddress.Loopback;
    private static readonly IPAddress Other = IPAddress.Parse("127.0.0.2");

    [Test, Property("Row", "S19")]
    [Property("Text", "T40")]
    public void New_connections_follow_a_name_and_what_goes_on_at_the_old_address_ends_in_peace()
    {
        using var mux = Start($"host={Host}", ("stats_users", ConsoleRows.User));
        mux.Names.Set(Host, Here);
        var (first, second) = (mux.Login(), mux.Login());
        first.Query("BEGIN");
        mux.Names.Set(Host, Other);
        var moved = Listen(mux, Other);
        mux.Advance(UsualAge + OneSweep);
        second.Take();
        Assert.That(second.Query("SELECT a"), Is.EqualTo(Answer));
        Assert.That(moved.Executed, Does.Contain("SELECT a"));
        Assert.That(first.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(T)"));
        Assert.That(mux.Show("SERVERS").Single(row => row["addr"] == "127.0.0.1")["close_needed"], Is.EqualTo("1"));
        Assert.That(first.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        Assert.That(mux.Postgres.Open, Is.Empty, "closed when it was free");
        Assert.That(TextsOf(mux), Has.Some.Contains("@127.0.0.1:5432 closing because: obsolete connection"));
    }

    [Test]
    public void Idle_servers_of_an_address_that_has_vanished_are_closed_and_those_of_others_stay()
    {
        using var mux = Start($"host={Host}");
        var other = Listen(mux, Other);
        mux.Names.Set(Host, Here, Other);
        OpenServers(mux, 4);
        Assert.That((mux.Postgres.Open.Count, other.OpenCount), Is.EqualTo((2, 2)), "each connection begins with another address");
        mux.Names.Set(Host, Other);
        mux.Advance(UsualAge + OneSweep);
        Assert.That((mux.Postgres.Open.Count, other.OpenCount), Is.EqualTo((0, 2)));
        Assert.That(TextsOf(mux), Has.Some.Contains("db.example no longer has the addresses 127.0.0.1"));
    }

    [TestCase(0)]
    [TestCase(0.5)]
    [TestCase(15)]
    [TestCase(86_400)]
    [Property("Row", "B190")]
    public void An_address_is_never_used_for_longer_than_dns_max_ttl_whatever_the_clock_does(double step)
    {
        using var mux = Start($"host={Host}", ("server_lifetime", "0"), ("stats_users", ConsoleRows.User));
        var moved = Listen(mux, Other);
        mux.Names.Set(Host, Here);
        var client = mux.Login();
        client.Take();
        client.Query("SELECT first");
        var (here, there) = (mux.Postgres.Logins, moved.Logins);
        for (var round = 0; round < 5; round++)
        {
            mux.Names.Set(Host, round % 2 == 0 ? Other : Here);
            mux.Advance(step);
            Assert.That(int.Parse(mux.Show("DNS_HOSTS").Single()["ttl"]), Is.InRange(0, 15), "never negative, never above the limit");
            Assert.That(client.Query("SELECT a"), Is.EqualTo(Answer));
            (here, there) = round % 2 == 0 && step >= UsualAge ? (here, there + 1) : (here + 1, there);
            Assert.That((mux.Postgres.Logins, moved.Logins), Is.EqualTo((here, there)));
        }
    }

    [Test, Property("Row", "B191")]
    public void An_answer_in_another_order_every_second_recycles_nothing()
    {
        using var mux = Start($"host={Host}", ("dns_max_ttl", "1"));
        var other = Listen(mux, Other);
        mux.Names.Set(Host, Here, Other);
        var clients = OpenServers(mux, 4);
        for (var second = 0; second < 30; second++)
        {
            mux.Names.Set(Host, second % 2 == 0 ? [Other, Here] : [Here, Other]);
            mux.Advance(1);
            Assert.That(clients.Select(client => client.Query("SELECT a")), Is.All.EqualTo(Answer));
        }

        Assert.That(mux.Names.Asked, Has.Count.GreaterThan(20));
        Assert.That(mux.Postgres.Logins + other.Logins, Is.EqualTo(4), "the servers of the beginning");
    }

    // Weighted routing: each answer has one of the addresses.
    [Test, Property("Row", "S19"), Property("Row", "B191")]
    public void Answers_that_rotate_every_second_recycle_twice_at_most()
    {
        using var mux = Start($"host={Host}", ("dns_max_ttl", "1"));
        var other = Listen(mux, Other);
        mux.Names.Set(Host, Here);
        var clients = OpenServers(mux, 5);
        for (var second = 0; second < 40; second++)
        {
            mux.Names.Set(Host, second % 2 == 0 ? Other : Here);
            mux.Advance(1);
            Assert.That(clients.Select(client => client.Query("SELECT a")), Is.All.EqualTo(Answer));
        }

        Assert.That(mux.Names.Asked, Has.Count.GreaterThan(30));
        Assert.That(mux.Postgres.Logins + other.Logins, Is.AtMost(15), "five servers, and twice as many as a change of the address costs");
    }

    [Test, Property("Row", "S19")]
    public void A_name_without_an_address_is_asked_for_again_after_dns_nxdomain_ttl_and_its_failure_is_told_from_others()
    {
        using var mux = Start($"host={Host}", ("server_login_retry", "0.2"), ("query_wait_timeout", "30"), ("dns_nxdomain_ttl", "3"));
        var canary = mux.Login("bob", "canary");
        var client = mux.BeginLogin();
        mux.Advance(2.5);
        Assert.That(client.Take(), Is.Empty, "it waits");
        Assert.That(mux.Names.Asked, Has.Count.EqualTo(1), "however often a server is tried");
        Assert.That(TextsOf(mux), Has.Some.EqualTo("DNS lookup failed: db.example: no such name"));
        Assert.That(TextsOf(mux), Has.Some.Contains("closing because: server DNS lookup failed"));
        Assert.That(canary.Query("SELECT a"), Does.EndWith(Answer));
        mux.Names.Set(Host, Here);
        mux.Advance(1.2);
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
    }

    [Test, Property("Row", "S19")]
    public void A_lookup_without_an_answer_ends_at_the_connect_timeout_and_the_answer_serves_all_who_wait()
    {
        using var mux = Start($"host={Host}", ("server_connect_timeout", "5"), ("server_login_retry", "1"));
        mux.Names.Set(Host, Here);
        mux.Names.Holds = true;
        var canary = mux.Login("bob", "canary");
        var client = mux.BeginLogin();
        mux.Advance(12);
        Assert.That(client.Take(), Is.Empty);
        Assert.That(mux.Names.HeldCount, Is.EqualTo(1), "one question, however many logins");
        Assert.That(TextsOf(mux), Has.Some.Contains("no answer from the name server within 5 s").Or.Contain("connect timeout"));
        Assert.That(canary.Query("SELECT a"), Does.EndWith(Answer));
        mux.Names.Release();
        mux.Advance(2);
        Assert.That(client.Take(), Does.EndWith("Z(I)"));
    }

    [Test, Property("Row", "S19"), Property("Row", "N04")]
    public void Fifty_names_without_an_answer_hold_nobody_up_and_ask_few_questions_at_once()
    {
        var lines = Enumerable.Range(0, 50).ToDictionary(i => $"silent{i}", i => $"host=silent{i}.example port=5432");
        using var mux = Start("host=127.0.0.1", lines, ("query_wait_timeout", "60"), ("server_connect_timeout", "60"), ("max_client_conn", "200"));
        var canary = mux.Login();
        mux.Names.Holds = true;
        var waiting = lines.Keys.Select(database => mux.BeginLogin("alice", database)).ToArray();
        mux.Advance(30);
        var resolver = mux.Mux.Pools.Environment.Servers.Hosts;
        Assert.That(mux.Names.HeldCount, Is.EqualTo(HostResolver.QueryLimit));
        Assert.That((resolver.ActiveQueries, resolver.WaitingQueries), Is.EqualTo((HostResolver.QueryLimit, 50 - HostResolver.QueryLimit)));
        Assert.That(canary.Query("SELECT a"), Does.EndWith(Answer));
        for (var i = 0; i < 50; i++)
        {
            mux.Names.Set($"silent{i}.example", Here);
        }

        mux.Names.Release();
        mux.Advance(1);
        Assert.That(waiting.Select(client => client.Take()), Is.All.EndsWith("Z(I)"));
        Assert.That((resolver.ActiveQueries, resolver.WaitingQueries), Is.EqualTo((0, 0)));
    }

    [Test]
    public void The_last_good_answer_stays_in_use_while_the_name_servers_are_away()
    {
        using var mux = Start($"host={Host}", ("server_lifetime", "0"));
        mux.Names.Set(Host, Here);
        var client = mux.Login();
        client.Take();
        mux.Names.Fail(Host);
        for (var minute = 0; minute < 5; minute++)
        {
            mux.Advance(60);
            Assert.That(client.Query("SELECT a"), Is.EqualTo(Answer));
        }

        Assert.That(TextsOf(mux), Has.Some.EqualTo("DNS lookup failed: db.example: the name servers have not answered; its last addresses stay in use: 127.0.0.1"));
        Assert.That(mux.Names.Asked.Count, Is.InRange(300 / UsualAge / 2, 300 / UsualAge + 2), "asked again every dns_nxdomain_ttl");
    }

    [Test]
    public void A_name_server_that_says_nothing_holds_a_connection_up_for_a_moment_only()
    {
        using var mux = Start($"host={Host}", ("server_lifetime", "0"));
        mux.Names.Set(Host, Here);
        var client = mux.Login();
        client.Take();
        client.Query("SELECT a");
        mux.Names.Holds = true;
        mux.Advance(UsualAge + OneSweep);
        client.Send(RawMessages.Query("SELECT a"));
        mux.Advance(1.5);
        Assert.That(client.Take(), Is.Empty, "the new answer may come");
        mux.Advance(0.5);
        Assert.That(client.Take(), Is.EqualTo(Answer), "it has not");
        mux.Names.Release();
        mux.Advance(1);
    }

    [Test]
    public void A_name_that_is_gone_is_not_connected_to_any_more_and_its_servers_go_on()
    {
        using var mux = Start($"host={Host}", ("server_login_retry", "1"));
        mux.Names.Set(Host, Here);
        var (first, second) = (mux.Login(), mux.Login());
        first.Query("BEGIN");
        mux.Names.Remove(Host);
        mux.Advance(UsualAge + OneSweep);
        second.Take();
        second.Send(RawMessages.Query("SELECT a"));
        mux.Advance(5);
        Assert.That(second.Take(), Is.Empty);
        Assert.That(first.Query("COMMIT"), Is.EqualTo("C(COMMIT) Z(I)"));
        mux.Advance(1);
        Assert.That(second.Take(), Is.EqualTo(Answer), "by the server of the first");
        Assert.That(mux.Postgres.Logins, Is.EqualTo(1));
    }

    [Test]
    public void All_addresses_of_a_name_are_tried_of_both_kinds()
    {
        using var mux = Start($"host={Host}");
        var six = Listen(mux, IPAddress.IPv6Loopback);
        mux.Names.Set(Host, IPAddress.Parse("2001:db8::1"), IPAddress.Parse("192.0.2.1"), IPAddress.IPv6Loopback, Here);
        OpenServers(mux, 4);
        Assert.That((six.OpenCount, mux.Postgres.Open.Count), Is.EqualTo((3, 1)), "each begins with another one, and goes on to the next that answers");
        Assert.That(TextsOf(mux), Has.None.Contains("connect failed"));
    }

    [Test]
    public void When_no_address_answers_the_log_names_each_and_its_reason()
    {
        using var mux = Start($"host={Host}");
        mux.Names.Set(Host, IPAddress.Parse("2001:db8::1"), Other);
        mux.Network.Addresses.Fail(new IPEndPoint(Other, 5432), ConnectFailure.Unreachable);
        mux.BeginLogin();
        Assert.That(TextsOf(mux), Has.Some.Contains("Cannot connect to db.example:5432: [2001:db8::1]:5432: Connection refused; 127.0.0.2:5432: Unreachable"));
    }

    [Test]
    public void A_cancel_request_goes_where_its_server_is_and_not_where_the_name_points_now()
    {
        using var mux = Start($"host={Host}");
        var other = Listen(mux, Other);
        mux.Names.Set(Host, Other);
        var client = mux.Login();
        client.Take();
        client.Send(RawMessages.Query("WAIT"));
        mux.Names.Set(Host, Here);
        mux.Advance(UsualAge + OneSweep);
        mux.Cancel(client);
        mux.Advance(1);
        Assert.That(other.Cancels, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_zone_whose_serial_number_grows_has_its_names_asked_for_again()
    {
        using var mux = Start($"host={Host}", ("dns_max_ttl", "3600"), ("dns_zone_check_period", "10"), ("stats_users", ConsoleRows.User));
        mux.Names.SetSerial("example", 7);
        mux.Names.Set(Host, Here);
        mux.Login().Take();
        mux.Advance(11);
        Assert.That(mux.Show("DNS_ZONES").Single().Values, Is.EqualTo(new[] { "example", "7", "1" }));
        Assert.That(mux.Names.Asked, Has.Count.EqualTo(2), "it may have changed since the first question");
        mux.Advance(30);
        Assert.That((mux.Names.Asked.Count, mux.Names.AskedZones.Count), Is.EqualTo((2, 4)).Or.EqualTo((2, 3)), "unchanged");
        mux.Names.SetSerial("example", 6);
        mux.Advance(11);
        Assert.That(mux.Names.Asked, Has.Count.EqualTo(2), "older than what is known");
        mux.Names.SetSerial("example", 8);
        mux.Names.Set(Host, Other);
        mux.Advance(11);
        Assert.That(mux.Show("DNS_HOSTS").Single()["addrs"], Is.EqualTo("127.0.0.2:0"));
        Assert.That(mux.Postgres.Open, Is.Empty, "its address has vanished");
        Assert.That(TextsOf(mux), Has.Some.EqualTo("zone 'example' serial changed: old=7 new=8"));
    }

    [Test]
    public void The_console_tells_true_figures_about_names_and_zones()
    {
        using var mux = Start($"host=one.example,two.example,127.0.0.1,/tmp,short", ("stats_users", ConsoleRows.User));
        mux.Names.Set("one.example", Here, IPAddress.IPv6Loopback);
        mux.Names.Set("two.example", Here);
        mux.Names.Set("short", Here);
        var clients = Enumerable.Range(0, 8).Select(_ => mux.Login()).ToArray();
        Array.ForEach(clients, client => client.Send(RawMessages.Query("BEGIN")));
        mux.Advance(5);
        Assert.That(mux.Show("DNS_HOSTS").Select(row => $"{row["hostname"]} {row["addrs"]}"), Is.EqualTo(new[]
        {
            "one.example 127.0.0.1:0,[::1]:0", "short 127.0.0.1:0", "two.example 127.0.0.1:0",
        }));
        Assert.That(mux.Show("DNS_ZONES").Select(row => $"{row["zonename"]} {row["serial"]} {row["count"]}"), Is.EqualTo(new[] { "example 0 2" }));
        var lists = mux.Show("LISTS").ToDictionary(row => row["list"], row => row["items"]);
        Assert.That(new[] { "dns_names", "dns_zones", "dns_queries", "dns_pending" }.Select(name => lists[name]), Is.EqualTo(new[] { "3", "1", "0", "0" }));
    }

    [Test]
    public void A_name_that_no_pool_uses_any_more_is_forgotten()
    {
        var settings = SettingsFor($"host={Host}");
        using var mux = Start(settings);
        mux.Names.Set(Host, Here);
        mux.Login();
        Assert.That(mux.Mux.Pools.Environment.Servers.Hosts.HostCount, Is.EqualTo(1));
        Assert.That(mux.Reload(SettingsFor("host=127.0.0.1")), Is.True);
        mux.Advance(UsualAge + OneSweep);
        Assert.That(mux.Mux.Pools.Environment.Servers.Hosts.HostCount, Is.Zero);
        var asked = mux.Names.Asked.Count;
        mux.Advance(60);
        Assert.That(mux.Names.Asked, Has.Count.EqualTo(asked));
    }

    [Test]
    public void A_reload_changes_how_long_answers_are_kept()
    {
        using var mux = Start(SettingsFor($"host={Host}", ("dns_max_ttl", "1000")));
        mux.Names.Set(Host, Here);
        mux.Login();
        mux.Advance(100);
        Assert.That(mux.Names.Asked, Has.Count.EqualTo(1));
        mux.Reload(SettingsFor($"host={Host}", ("dns_max_ttl", "5")));
        mux.Advance(1000);
        Assert.That(mux.Names.Asked, Has.Count.GreaterThan(10));
    }

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

    private static IEnumerable<string> TextsOf(TestMux mux) => mux.Log.Events.Select(entry => entry.Text);

    /// <summary>So many servers at once, idle again.</summary>
    private static FakeClient[] OpenServers(TestMux mux, int count)
    {
        var clients = Enumerable.Range(0, count).Select(_ => mux.Login()).ToArray();
        Array.ForEach(clients, client => client.Send(RawMessages.Query("BEGIN")));
        mux.Advance(1);
        Array.ForEach(clients, client => client.Take());
        Array.ForEach(clients, client => client.Query("COMMIT"));
        return clients;
    }

    private static PgmuxSettings SettingsFor(string database, params (string, string)[] settings) => TestMux.SettingsOf(settings) with
    {
        Databases = new Dictionary<string, string> { ["db"] = $"{database} port=5432", ["canary"] = "host=127.0.0.1 port=5432" },
    };

    private static TestMux Start(string database, params (string, string)[] settings) => Start(SettingsFor(database, settings));

    private static TestMux Start(string database, IEnumerable<KeyValuePair<string, string>> more, params (string, string)[] settings)
    {
        var first = SettingsFor(database, settings);
        return Start(first with { Databases = first.Databases.Concat(more).ToDictionary() });
    }

    private static TestMux Start(PgmuxSettings settings)
    {
        var mux = TestMux.Start(settings);

        // Servers at other addresses are other fakes.
        mux.IsLeftBroken = true;
        return mux;
    }

    private static OtherBackend Listen(TestMux mux, IPAddress address) => new(mux.Network, new IPEndPoint(address, 5432));
}
