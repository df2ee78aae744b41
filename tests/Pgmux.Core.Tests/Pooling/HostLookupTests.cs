using System.Net;
using Pgmux.Core.Servers.Hosts;
using Pgmux.Core.Tests.Hosting;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using static Pgmux.Core.Tests.Pooling.HostRig;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>Questions about the names of servers: how often they are asked, how long answers serve, and what happens without one.</summary>
[TestFixture]
internal sealed class HostLookupTests
{
    private const string Answer = "T D(a) C(SELECT 1) Z(I)";

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
}
