using Pgmux.Core.Authentication;

namespace Pgmux.Core.Tests.Authentication;

public sealed class ScramSecretCacheTests
{
    [Test]
    public void The_same_question_gets_the_same_derivation()
    {
        var cache = new ScramSecretCache();
        var first = cache.GetOrAdd("secret", "salt"u8, 1);
        Assert.Multiple(() =>
        {
            Assert.That(cache.GetOrAdd("secret", "salt"u8, 1), Is.SameAs(first));
            Assert.That(cache.GetOrAdd("secrets", "alt"u8, 1), Is.Not.SameAs(first));
            Assert.That(cache.GetOrAdd("secret", "salt"u8, 2), Is.Not.SameAs(first));
            Assert.That(cache.GetOrAdd("Secret", "salt"u8, 1), Is.Not.SameAs(first));
            Assert.That(cache.GetOrAdd("tsecret", "sal"u8, 1), Is.Not.SameAs(first));
        });
    }

    [Test]
    public void What_was_used_longest_ago_goes_first()
    {
        var cache = new ScramSecretCache(capacity: 2);
        var first = cache.GetOrAdd("first", "salt"u8, 1);
        var second = cache.GetOrAdd("second", "salt"u8, 1);
        cache.GetOrAdd("first", "salt"u8, 1);
        cache.GetOrAdd("third", "salt"u8, 1);

        Assert.That(cache.Count, Is.EqualTo(2));
        Assert.That(cache.GetOrAdd("first", "salt"u8, 1), Is.SameAs(first));
        Assert.That(cache.GetOrAdd("second", "salt"u8, 1), Is.Not.SameAs(second));
    }

    [Test]
    public void A_claimed_password_is_held_only_when_it_is_kept()
    {
        var cache = new ScramSecretCache();
        var claimed = cache.GetOrCreate("claimed", "salt"u8, 1);
        Assert.That(cache.Count, Is.Zero);

        cache.Keep("claimed", "salt"u8, 1, claimed);
        cache.Keep("claimed", "salt"u8, 1, claimed);
        Assert.That(cache.GetOrCreate("claimed", "salt"u8, 1), Is.SameAs(claimed));
        Assert.That(cache.Count, Is.EqualTo(1));
    }

    [Test, Property("Row", "N13")]
    public void Any_number_of_passwords_takes_bounded_room()
    {
        var cache = new ScramSecretCache(capacity: 100);
        for (var number = 0; number < 10_000; number++)
        {
            cache.GetOrAdd($"password {number}", "salt"u8, 1);
        }

        Assert.That(cache.Count, Is.EqualTo(100));
    }

    [Test]
    public void A_derivation_runs_once_for_all_who_wait_for_it()
    {
        var derivation = new ScramDerivation("secret", "salt"u8, 1000);
        Assert.That(derivation.IsDone, Is.False);
        var results = new Pgmux.Protocol.ScramKeys[8];
        Parallel.For(0, results.Length, index => results[index] = derivation.Run());
        Assert.That(results, Is.All.SameAs(results[0]));
        Assert.That(derivation.IsDone);
    }
}
