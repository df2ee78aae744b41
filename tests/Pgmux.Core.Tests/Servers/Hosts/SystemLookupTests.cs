using System.Net;
using Pgmux.Core.Servers.Hosts;

namespace Pgmux.Core.Tests.Servers.Hosts;

/// <summary>The resolver of the machine that the tests run on, with names that need no network.</summary>
[TestFixture]
internal sealed class SystemLookupTests
{
    private readonly SystemLookup _lookup = new();

    [Test]
    public async Task The_machine_itself_is_found()
    {
        var answer = await _lookup.LookUpAsync("localhost");
        Assert.That(answer.Kind, Is.EqualTo(HostAnswerKind.Found));
        Assert.That(answer.Addresses, Does.Contain(IPAddress.Loopback));
        Assert.That(answer.TimeToLive, Is.Null);
    }

    [TestCase("no-such-host.invalid")]
    [TestCase("a..b")]
    public async Task A_name_that_nobody_has_says_so(string host)
    {
        var answer = await _lookup.LookUpAsync(host);
        Assert.That(answer.Kind, Is.Not.EqualTo(HostAnswerKind.Found));
        Assert.That(answer.Problem, Is.Not.Empty);
    }

    [Test]
    public async Task A_name_longer_than_names_may_be_says_so() =>
        Assert.That((await _lookup.LookUpAsync(new string('a', 300))).Kind, Is.EqualTo(HostAnswerKind.NoSuchHost));

    [Test, Property("Row", "N04")]
    public async Task A_lookup_takes_no_thread_of_the_pool()
    {
        var before = ThreadPool.ThreadCount;
        await Task.WhenAll(Enumerable.Range(0, HostResolver.QueryLimit).Select(_ => _lookup.LookUpAsync("localhost")));
        Assert.That(ThreadPool.ThreadCount, Is.LessThan(before + HostResolver.QueryLimit));
    }
}
