using System.Net;
using Pgmux.Core.Servers.Hosts;
using Pgmux.Core.Tests.Hosting;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using Pgmux.Transport;
using static Pgmux.Core.Tests.Pooling.HostRig;

namespace Pgmux.Core.Tests.Pooling;

/// <summary>Names of servers whose addresses change, and names with several.</summary>
[TestFixture]
internal sealed class HostTests
{
    private const string Answer = "T D(a) C(SELECT 1) Z(I)";

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
}
