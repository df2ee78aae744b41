using System.Net;
using System.Net.Sockets;
using Pgmux.Core.Servers.Hosts;
using Pgmux.Core.Tests.Configuration;
using Pgmux.Testing.Dns;

namespace Pgmux.Core.Tests.Servers.Hosts;

/// <summary>Real messages of the DNS over loopback sockets.</summary>
[TestFixture]
internal sealed class DnsLookupTests
{
    private ConfigFiles _files = null!;
    private FakeDnsServer _server = null!;

    [SetUp]
    public void Start()
    {
        _files = new ConfigFiles();
        _server = new FakeDnsServer();
        _files.Write("hosts", "127.0.0.1 localhost\n10.9.9.9\tdb.local other.local # db.comment\n10.9.9.8 DB.local\nnonsense db.nonsense\n");
        Configure("");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _server.DisposeAsync();
        _files.Dispose();
    }

    [Test]
    public async Task Addresses_of_both_kinds_are_found_with_the_shortest_time_to_live()
    {
        _server.Add("db.example", FakeDnsType.Four, "192.0.2.1", 60).Add("db.example", FakeDnsType.Four, "192.0.2.2", 30)
            .Add("db.example", FakeDnsType.Six, "2001:db8::1", 7);
        var answer = await FindAsync("db.example");
        Assert.That(answer.Kind, Is.EqualTo(HostAnswerKind.Found));
        Assert.That(answer.Addresses.Select(address => $"{address}"), Is.EquivalentTo(WithSix("2001:db8::1", "192.0.2.1", "192.0.2.2")));
        Assert.That(answer.TimeToLive, Is.EqualTo(TimeSpan.FromSeconds(Socket.OSSupportsIPv6 ? 7 : 30)));
        Assert.That(answer.IsPartial, Is.False);
    }

    [Test]
    public async Task A_name_that_stands_for_another_has_its_addresses()
    {
        _server.Add("db.example", FakeDnsType.Alias, "one.example", 5).Add("one.example", FakeDnsType.Four, "192.0.2.1");
        var answer = await FindAsync("db.example");
        Assert.That(answer.Addresses, Is.EqualTo(new[] { IPAddress.Parse("192.0.2.1") }));
        Assert.That(answer.TimeToLive, Is.EqualTo(TimeSpan.FromSeconds(5)), "the alias ends first");
    }

    [Test, Property("Row", "S19")]
    public async Task A_hundred_addresses_come_over_TCP_when_UDP_cuts_them()
    {
        _server.Truncates = true;
        for (var i = 1; i <= 100; i++)
        {
            _server.Add("db.example", FakeDnsType.Four, $"192.0.2.{i}");
        }

        var answer = await FindAsync("db.example");
        Assert.That(answer.Addresses, Has.Count.EqualTo(100));
        Assert.That(_server.Asked, Does.Contain("tcp:db.example"));
    }

    [Test, Property("Row", "S19")]
    public async Task A_name_with_IPv6_only_is_found()
    {
        Assume.That(Socket.OSSupportsIPv6, Is.True);
        _server.Add("db.example", FakeDnsType.Six, "2001:db8::1");
        Assert.That((await FindAsync("db.example")).Addresses, Is.EqualTo(new[] { IPAddress.Parse("2001:db8::1") }));
    }

    [TestCase("none.example", HostAnswerKind.NoSuchHost, "no such name")]
    [TestCase("empty.example", HostAnswerKind.NoSuchHost, "the name has no address")]
    [TestCase("broken.example", HostAnswerKind.Failed, "the name servers report ServerFailure")]
    [TestCase("refused.example", HostAnswerKind.Failed, "the name servers report Refused")]
    [TestCase("a.label.of.more.characters.than.a.label.may.have.0123456789012345678901234567890123456789012345678901234567890123456789.example", HostAnswerKind.NoSuchHost, "is not a name of the DNS")]
    [Property("Row", "S19")]
    public async Task Failures_are_told_apart(string host, object kind, string problem)
    {
        _server.Add("empty.example", FakeDnsType.Authority, "1");
        _server.Errors["broken.example"] = 2;
        _server.Errors["refused.example"] = 5;
        var answer = await FindAsync(host);
        Assert.That((answer.Kind, answer.Problem), Is.EqualTo(((HostAnswerKind)kind, problem)));
    }

    [Test, Property("Row", "S19")]
    public async Task A_name_server_that_says_nothing_fails_within_its_timeout()
    {
        _server.Silent.Add(FakeDnsType.Four);
        _server.Silent.Add(FakeDnsType.Six);
        var answer = await FindAsync("db.example");
        Assert.That((answer.Kind, answer.Problem), Is.EqualTo((HostAnswerKind.Failed, "the name servers have not answered")));
    }

    [Test]
    public async Task Half_an_answer_is_marked_as_such()
    {
        Assume.That(Socket.OSSupportsIPv6, Is.True);
        _server.Add("db.example", FakeDnsType.Four, "192.0.2.1");
        _server.Silent.Add(FakeDnsType.Six);
        var answer = await FindAsync("db.example");
        Assert.That((answer.Addresses.Count, answer.IsPartial), Is.EqualTo((1, true)));
    }

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(10)]
    [TestCase(200)]
    public async Task Garbage_is_a_failure(int bytes)
    {
        _server.Garbage = [.. Enumerable.Repeat((byte)0xC0, bytes)];
        Assert.That((await FindAsync("db.example")).Kind, Is.EqualTo(HostAnswerKind.Failed));
    }

    [Test]
    public async Task Another_name_server_is_asked_when_the_first_is_away()
    {
        await using var second = new FakeDnsServer();
        second.Add("db.example", FakeDnsType.Four, "192.0.2.1");
        _server.Silent.Add(FakeDnsType.Four);
        _server.Silent.Add(FakeDnsType.Six);
        Configure(second.Line);
        Assert.That((await FindAsync("db.example")).Kind, Is.EqualTo(HostAnswerKind.Found));
    }

    [Test]
    public async Task Short_names_are_tried_with_the_suffixes_of_the_file_and_a_changed_file_is_read_again()
    {
        _server.Add("db.b.example", FakeDnsType.Four, "192.0.2.1");
        Configure("search a.example b.example\n");
        var lookup = Lookup();
        Assert.That((await lookup.LookUpAsync("db")).Kind, Is.EqualTo(HostAnswerKind.Found));
        Configure("search c.example much longer\n");
        Assert.That((await lookup.LookUpAsync("db")).Kind, Is.EqualTo(HostAnswerKind.NoSuchHost));
        File.Delete(_files.PathOf("resolv.conf"));
        Assert.That((await lookup.LookUpAsync("db.b.example")).Kind, Is.EqualTo(HostAnswerKind.Found), "what was read last stays");
    }

    [TestCase("db.local", "10.9.9.9 10.9.9.8")]
    [TestCase("OTHER.local.", "10.9.9.9")]
    [TestCase("localhost", "127.0.0.1")]
    [TestCase("x.localhost", "::1 127.0.0.1")]
    public async Task What_the_machine_knows_is_not_asked_for(string host, string addresses)
    {
        var expected = addresses.Split(' ').Where(address => Socket.OSSupportsIPv6 || address != "::1");
        Assert.That((await FindAsync(host)).Addresses.Select(address => $"{address}"), Is.EqualTo(expected));
        Assert.That(_server.Asked, Is.Empty);
    }

    [TestCase("db.comment")]
    [TestCase("db.nonsense")]
    [TestCase("10.9.9.9x")]
    public async Task What_the_file_of_hosts_does_not_say_is_asked_for(string host)
    {
        Assert.That((await FindAsync(host)).Kind, Is.EqualTo(HostAnswerKind.NoSuchHost));
        Assert.That(_server.Asked, Is.Not.Empty);
    }

    [Test]
    public async Task Serial_numbers_of_zones_are_read()
    {
        _server.Add("example", FakeDnsType.Authority, "4294967295").Add("other", FakeDnsType.Four, "192.0.2.1");
        var lookup = Lookup();
        Assert.That(await lookup.ReadSerialAsync("example"), Is.EqualTo(uint.MaxValue));
        Assert.That(await lookup.ReadSerialAsync("other"), Is.Null);
        Assert.That(await lookup.ReadSerialAsync("none"), Is.Null);
        _server.Silent.Add(FakeDnsType.Authority);
        Assert.That(await lookup.ReadSerialAsync("example"), Is.Null);
    }

    private static IEnumerable<string> WithSix(string six, params string[] four) => Socket.OSSupportsIPv6 ? four.Prepend(six) : four;

    private void Configure(string more) => _files.Write("resolv.conf", _server.Line + more);

    private DnsLookup Lookup() => new(_files.PathOf("resolv.conf"), new HostsFile(_files.PathOf("hosts")));

    private Task<HostAnswer> FindAsync(string host) => Lookup().LookUpAsync(host);
}
