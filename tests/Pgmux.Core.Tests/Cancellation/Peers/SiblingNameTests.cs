using System.Net;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Servers.Hosts;
using Pgmux.Core.Tests.Hosting;
using Pgmux.Testing.Mux;

namespace Pgmux.Core.Tests.Cancellation.Peers;

/// <summary>The name of peers_dns: how long its answers serve, what is left out of them, and what happens when there is none.</summary>
[TestFixture]
internal sealed class SiblingNameTests
{
    private const string Name = "pgmux.example";

    // dns_max_ttl and dns_nxdomain_ttl, and a sweep on top of it.
    private const double UsualAge = 15.5;

    private static readonly IPAddress First = IPAddress.Parse("127.0.0.2");
    private static readonly IPAddress Second = IPAddress.Parse("127.0.0.3");

    [Test, Property("Row", "B129"), Property("Row", "B190")]
    public void The_answer_serves_for_dns_max_ttl_and_is_renewed_in_the_background()
    {
        using var mux = Start();
        mux.Names.Set(Name, First);
        var (old, next) = (Listen(mux, First), Listen(mux, Second));
        Ask(mux, 1);
        Ask(mux, 2);
        Assert.That((mux.Names.Asked.Count, old.Connections), Is.EqualTo((1, 2)), "one question for both");

        mux.Names.Set(Name, Second);
        mux.Advance(UsualAge);
        Assert.That(mux.Names.Asked, Has.Count.EqualTo(2), "nobody has wanted it meanwhile");
        Ask(mux, 3);
        Assert.That((mux.Names.Asked.Count, old.Connections, next.Connections), Is.EqualTo((2, 2, 1)), "an address that has vanished gets nothing more");
        Assert.That(TextsOf(mux), Has.Some.Contains("pgmux.example no longer has the addresses 127.0.0.2"));
    }

    [Test]
    public void The_console_lists_the_name_among_the_others()
    {
        using var mux = Start(("stats_users", ConsoleRows.User));
        mux.Names.Set(Name, First, Second);
        Ask(mux, 1);
        Assert.That(mux.Show("DNS_HOSTS").Single()["addrs"], Is.EqualTo("127.0.0.2:0,127.0.0.3:0"));
    }

    [Test]
    public void Addresses_that_this_process_listens_on_are_left_out()
    {
        using var mux = Start();
        mux.Names.Set(Name, IPAddress.Loopback, First);
        var other = Listen(mux, First);
        var clients = mux.Mux.Clients.Registries.Sum(registry => registry.Clients.Count);
        Ask(mux, 1);
        Assert.That(other.Connections, Is.EqualTo(1));
        Assert.That(mux.Log.Events.Count(entry => entry.Text.Contains("cancel request failed")), Is.Zero);
        Assert.That(mux.Mux.Clients.Registries.Sum(registry => registry.Clients.Count), Is.EqualTo(clients));
    }

    [Test]
    public void Alone_behind_the_name_there_is_nobody_to_ask()
    {
        using var mux = Start();
        mux.Names.Set(Name, IPAddress.Loopback);
        var cancel = Ask(mux, 1);
        Assert.That(cancel.Take(), Is.EqualTo("EOF"));
        Assert.That(mux.Log.Events.Where(entry => entry.Level >= LogLevel.Warning), Is.Empty);
    }

    [Test]
    public void The_last_good_answer_serves_while_the_name_servers_are_away()
    {
        using var mux = Start();
        mux.Names.Set(Name, First);
        var other = Listen(mux, First);
        Ask(mux, 1);
        mux.Names.Fail(Name);
        mux.Advance(UsualAge);
        Ask(mux, 2);
        Assert.That(other.Connections, Is.EqualTo(2));
        Assert.That(
            TextsOf(mux),
            Has.Some.EqualTo("DNS lookup failed: pgmux.example: the name servers have not answered; its last addresses stay in use: 127.0.0.2"));
    }

    [Test]
    public void A_name_that_nobody_has_is_told_once_and_asked_for_again_after_dns_nxdomain_ttl()
    {
        using var mux = Start(("dns_nxdomain_ttl", "3"));
        for (byte i = 0; i < 5; i++)
        {
            Assert.That(Ask(mux, i).Take(), Is.EqualTo("EOF"));
        }

        Assert.That(mux.Names.Asked, Has.Count.EqualTo(1));
        Assert.That(
            TextsOf(mux).Where(text => text.StartsWith("peers_dns", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "peers_dns: cannot resolve \"pgmux.example\": no such name" }));
        var other = Listen(mux, First);
        mux.Names.Set(Name, First);
        mux.Advance(3.5);
        Ask(mux, 9);
        Assert.That(other.Connections, Is.EqualTo(1));
    }

    [Test, Property("Row", "X06")]
    public void A_name_server_that_says_nothing_holds_a_request_no_longer_than_cancel_wait_timeout()
    {
        using var mux = Start(("cancel_wait_timeout", "4"));
        mux.Names.Holds = true;
        var cancel = Ask(mux, 1);
        mux.Advance(3);
        Assert.That(cancel.Take(), Is.Empty);
        mux.Advance(2);
        Assert.That(cancel.Take(), Is.EqualTo("EOF"));
        Assert.That(mux.Mux.Clients.Siblings.Counts!.Value.Connecting, Is.Zero);
        mux.Names.Release();
        mux.Advance(1);
    }

    [Test, Property("Row", "X08")]
    public void As_many_are_asked_as_an_answer_may_have_and_the_log_says_how_many_are_not()
    {
        const int TooMany = HostAnswer.MostAddresses + 22;
        using var mux = Start();
        mux.Names.Set(Name, [.. Enumerable.Range(2, TooMany).Select(i => IPAddress.Parse($"127.0.1.{i}"))]);
        var others = Enumerable.Range(2, TooMany).Select(i => Listen(mux, IPAddress.Parse($"127.0.1.{i}"))).ToArray();
        Ask(mux, 1);
        Assert.That(others.Sum(other => other.Connections), Is.EqualTo(HostAnswer.MostAddresses));
        Assert.That(TextsOf(mux), Has.One.EqualTo("DNS: pgmux.example has 22 addresses more than the 128 that are used"));
    }

    [Test]
    public void One_address_in_place_of_a_name_is_never_looked_up()
    {
        using var mux = TestMux.Start(("peers_dns", "127.0.0.2"));
        var other = Listen(mux, First);
        Ask(mux, 1);
        Assert.That((mux.Names.Asked.Count, other.Connections), Is.EqualTo((0, 1)));
    }

    [Test]
    public void Another_name_after_a_reload_takes_the_place_of_the_first()
    {
        using var mux = Start();
        mux.Names.Set(Name, First);
        mux.Names.Set("new.example", Second);
        var (old, next) = (Listen(mux, First), Listen(mux, Second));
        Ask(mux, 1);
        Assert.That(mux.Reload(TestMux.SettingsOf(("peers_dns", "new.example"))), Is.True);
        Ask(mux, 2);
        Assert.That((old.Connections, next.Connections), Is.EqualTo((1, 1)));
        mux.Advance(60);
        Assert.That(mux.Mux.Pools.Environment.Servers.Hosts.Hosts().Select(host => host.Host), Is.EqualTo(new[] { "new.example" }));
    }

    private static FakePeer Listen(TestMux mux, IPAddress address) => new(mux.Network, new IPEndPoint(address, 6432));

    private static FakeClient Ask(TestMux mux, byte number)
    {
        var cancel = mux.Connect();
        cancel.Send(FakePeer.RequestFor(FakePeer.KeyOf(77, 3, random: (byte)(number * 4))));
        return cancel;
    }

    private static IEnumerable<string> TextsOf(TestMux mux) => mux.Log.Events.Select(entry => entry.Text);

    private static TestMux Start(params (string Key, string Value)[] settings) => TestMux.Start(loops: 2, [("peers_dns", Name), .. settings]);
}
