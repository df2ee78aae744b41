using System.Net;
using Pgmux.Core.Servers.Hosts;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Transport;

namespace Pgmux.Core.Tests.Servers.Hosts;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class HostResolverTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.1");

    private readonly SimulatedNetwork _network = new();
    private readonly SimulatedNames _names = new();
    private readonly RecordingLogger _log = new();
    private readonly SimulatedLoop _loop;
    private readonly HostResolver _resolver;

    public HostResolverTests()
    {
        _loop = _network.CreateLoop();
        _resolver = new HostResolver(_names, _network.Time, _log);
    }

    [Test]
    public void Hosts_are_bounded_and_those_that_were_wanted_least_lately_go()
    {
        for (var i = 0; i <= HostResolver.Capacity; i++)
        {
            _names.Set($"h{i}", Address);
            Find($"h{i}");
            _network.Advance(TimeSpan.FromTicks(1));
            if (i == 1)
            {
                Find("h0");
            }
        }

        Assert.That(_resolver.HostCount, Is.EqualTo(HostResolver.Capacity));
        Assert.That(_resolver.Hosts().Select(host => host.Host), Does.Not.Contain("h1").And.Contain("h0").And.Contain("h2"));
    }

    [Test]
    public void The_case_of_letters_makes_no_other_host()
    {
        _names.Set("Db.Example", Address);
        Find("Db.Example");
        Find("DB.example");
        Assert.That((_resolver.HostCount, _names.Asked.Count), Is.EqualTo((1, 1)));
    }

    [TestCase(2, 15, 2)]
    [TestCase(3600, 15, 15)]
    [TestCase(0, 15, 0)]
    [TestCase(2, 0, 0)]
    public void A_time_to_live_counts_up_to_dns_max_ttl(int own, int most, int expected)
    {
        _resolver.Policy = new HostPolicy(TimeSpan.FromSeconds(most), TimeSpan.Zero, TimeSpan.Zero);
        _names.Set("h", HostAnswer.Found([Address]) with { TimeToLive = TimeSpan.FromSeconds(own) });
        Find("h");
        Assert.That(_resolver.Hosts().Single().TimeToLive, Is.EqualTo(TimeSpan.FromSeconds(expected)));
    }

    [Test, Property("Row", "B190")]
    public void With_a_dns_max_ttl_of_zero_each_connection_asks_and_the_background_asks_once_a_second_at_most()
    {
        _resolver.Policy = new HostPolicy(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        _names.Set("h", Address);
        Assert.That(Find("h").Addresses, Is.EqualTo(new[] { Address }));
        Find("h");
        Assert.That(_names.Asked, Has.Count.EqualTo(2));
        var used = new HashSet<string> { "h" };
        using var sweep = _loop.AddSweep(() => _resolver.Sweep(_loop, () => used));
        _network.Advance(TimeSpan.FromSeconds(10));
        Assert.That(_names.Asked.Count - 2, Is.InRange(7, 10));
        Assert.That(_resolver.Hosts().Single().TimeToLive, Is.EqualTo(TimeSpan.Zero), "never negative");
    }

    [Test, Property("Row", "S19")]
    public void An_answer_has_as_many_addresses_as_are_taken_of_it()
    {
        _names.Set("h", [.. Enumerable.Range(1, 300).Select(i => new IPAddress(i))]);
        Assert.That(Find("h").Addresses, Has.Count.EqualTo(HostAnswer.MostAddresses));
    }

    [Test]
    public void Half_an_answer_takes_no_address_away()
    {
        var six = IPAddress.Parse("2001:db8::1");
        List<IPAddress> gone = [];
        _resolver.Vanished = (_, addresses) => gone.AddRange(addresses);
        _resolver.Policy = new HostPolicy(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        _names.Set("h", six, Address);
        Find("h");
        _names.Set("h", HostAnswer.Found([Address]) with { IsPartial = true });
        Find("h");
        Assert.That(gone, Is.Empty);
        _names.Set("h", Address);
        Find("h");
        Assert.That(gone, Is.EqualTo(new[] { six }));
    }

    [Test, Property("Row", "B191")]
    public void More_addresses_than_are_taken_in_another_order_each_time_take_none_away()
    {
        var random = new Random(7);
        List<IPAddress> gone = [];
        _resolver.Vanished = (_, addresses) => gone.AddRange(addresses);
        _resolver.Policy = new HostPolicy(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        IPAddress[] all = [.. Enumerable.Range(1, HostAnswer.MostAddresses + 50).Select(i => new IPAddress(i))];
        for (var round = 0; round < 20; round++)
        {
            random.Shuffle(all);
            _names.Set("h", all);
            Find("h");
        }

        Assert.That(gone, Is.Empty);
        Assert.That(_log.Events.Select(entry => entry.Text), Has.Some.EqualTo("DNS: h has 50 addresses more than the 128 that are used"));
    }

    [Test, Property("Row", "B191")]
    public void A_name_that_comes_and_goes_takes_no_address_away()
    {
        List<IPAddress> gone = [];
        _resolver.Vanished = (_, addresses) => gone.AddRange(addresses);
        _resolver.Policy = new HostPolicy(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        for (var round = 0; round < 20; round++)
        {
            _names.Set("h", Address);
            Find("h");
            _names.Set("h", round % 2 == 0 ? HostAnswer.NoSuchHost("no such name") : HostAnswer.Failed("SERVFAIL"));
            Find("h");
        }

        Assert.That(gone, Is.Empty);
    }

    [Test]
    public void A_lookup_that_breaks_is_a_failure_that_is_told()
    {
        var resolver = new HostResolver(new BrokenLookup(), _network.Time, _log);
        HostAddresses found = default;
        _network.Run(_loop, async () => found = await resolver.FindAsync(_loop, "h", Limit, CancellationToken.None));
        Assert.That(found.Problem, Is.EqualTo("internal error"));
        Assert.That(_log.Errors.Single(), Does.Contain("about h: System.NotSupportedException"));
    }

    [Test]
    public void Who_is_not_wanted_any_more_stops_waiting()
    {
        _names.Holds = true;
        using var source = new CancellationTokenSource();
        Task? finding = null;
        _loop.Post(_ => finding = _resolver.FindAsync(_loop, "h", Limit, source.Token), null);
        _network.RunUntilIdle();
        source.Cancel();
        _network.RunUntilIdle();
        Assert.That(finding!.IsCanceled, Is.True);
        _names.Release();
        _network.RunUntilIdle();
        Assert.That(_resolver.ActiveQueries, Is.Zero);
    }

    private HostAddresses Find(string host)
    {
        HostAddresses found = default;
        _network.Run(_loop, async () => found = await _resolver.FindAsync(_loop, host, Limit, CancellationToken.None));
        return found;
    }
}
