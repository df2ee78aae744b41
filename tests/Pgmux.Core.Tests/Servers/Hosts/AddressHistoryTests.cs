using System.Net;
using Pgmux.Core.Servers.Hosts;

namespace Pgmux.Core.Tests.Servers.Hosts;

[TestFixture]
internal sealed class AddressHistoryTests
{
    // Each letter is an address; what is gone with an answer stands behind its colon.
    [TestCase("a b:a")]
    [TestCase("ab ba ab")]
    [TestCase("a ab abc")]
    [TestCase("ab b:a b")]
    [TestCase("abc c:ab cd")]
    [TestCase("a b:a c:b d:c")]
    public void An_address_is_gone_with_the_first_answer_that_lacks_it(string answers) => Check(answers);

    [TestCase("a b:a a:b b a b a b")]
    [TestCase("ab b:a ab a:b b a b a b")]
    [Property("Row", "B191")]
    public void Where_addresses_have_come_back_twice_nothing_is_gone_at_once(string answers) => Check(answers);

    [Test, Property("Row", "B191")]
    public void Where_addresses_rotate_one_is_gone_when_many_answers_lack_it()
    {
        var history = new AddressHistory();
        foreach (var answer in new[] { "a", "b", "a", "b", "a" })
        {
            history.Take(Addresses(answer));
        }

        for (var i = 1; i < AddressHistory.AnswersWhenRotating - 1; i++)
        {
            Assert.That(history.Take(Addresses("a")), Is.Empty, $"answer {i}");
        }

        Assert.That(history.Take(Addresses("a")), Is.EqualTo(Addresses("b")));
        Assert.That(history.Take(Addresses("c")), Is.EqualTo(Addresses("a")), "it has come to rest, and then failed over");
    }

    [Test]
    public void What_is_remembered_is_bounded()
    {
        var history = new AddressHistory();
        var all = Enumerable.Range(1, 10 * AddressHistory.Capacity).Select(number => new IPAddress(number)).Chunk(HostAnswer.MostAddresses).ToArray();
        var gone = all.SelectMany(answer => history.Take(answer));
        Assert.That(Sorted(gone), Is.EqualTo(Sorted(all.SkipLast(1).SelectMany(answer => answer))));

        // NUnit would compare each of thousands with each: addresses have no order of their own.
        static string[] Sorted(IEnumerable<IPAddress> addresses) => [.. addresses.Select(address => $"{address}").Order(StringComparer.Ordinal)];
    }

    private static void Check(string answers)
    {
        var history = new AddressHistory();
        foreach (var step in answers.Split(' '))
        {
            var parts = step.Split(':');
            Assert.That(history.Take(Addresses(parts[0])), Is.EquivalentTo(Addresses(parts.ElementAtOrDefault(1) ?? "")), $"{step} of {answers}");
        }
    }

    private static IPAddress[] Addresses(string letters) => [.. letters.Select(letter => new IPAddress([10, 0, 0, (byte)letter]))];
}
