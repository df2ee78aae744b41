using Pgmux.Core.Cancellation;
using Pgmux.Testing.Processes;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Cancellation;

[TestFixture]
internal sealed class CancelRegistryTests
{
    [Test, Property("Row", "B131"), Property("Row", "X12")]
    public void Only_the_whole_key_finds_its_client()
    {
        var registry = new CancelRegistry();
        var target = new Target();
        var key = registry.Add(target, processId: 0, isLong: false);
        var secret = RawMessages.Int32((int)key.Secret);
        Assert.That(registry.Find(key.ProcessId, secret), Is.SameAs(target));
        Assert.That(registry.Find(key.ProcessId + 1, secret), Is.Null);
        Assert.That(registry.Find(key.ProcessId, secret[..3]), Is.Null);
        Assert.That(registry.Find(key.ProcessId, [.. secret, 0]), Is.Null);
        Assert.That(registry.Find(key.ProcessId, []), Is.Null);
        for (var bit = 0; bit < 32; bit++)
        {
            Assert.That(registry.Find(key.ProcessId, RawMessages.Int32((int)key.Secret ^ (1 << bit))), Is.Null);
        }

        registry.Remove(target);
        Assert.That(registry.Find(key.ProcessId, secret), Is.Null);
    }

    [Test, Property("Row", "B131"), Property("Row", "X12")]
    public void A_long_secret_has_256_bits_and_all_of_them_count()
    {
        var registry = new CancelRegistry();
        var target = new Target();
        var key = registry.Add(target, processId: 0, isLong: true);
        var secret = SecretOf(key);
        Assert.That(secret, Has.Length.EqualTo(32));
        Assert.That(registry.Find(key.ProcessId, secret), Is.SameAs(target));
        Assert.That(registry.Find(key.ProcessId, secret[..4]), Is.Null);
        Assert.That(registry.Find(key.ProcessId, [.. secret, 0]), Is.Null);
        for (var bit = 0; bit < secret.Length * 8; bit++)
        {
            secret[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(registry.Find(key.ProcessId, secret), Is.Null);
            secret[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        var others = Enumerable.Range(0, 1000).Select(_ => Convert.ToHexString(SecretOf(CancelKey.Create(0, isLong: true)))).ToArray();
        Assert.That(others.Distinct().Count(), Is.EqualTo(others.Length));
    }

    [Test]
    public void A_short_and_a_long_secret_of_one_process_id_are_told_apart()
    {
        var registry = new CancelRegistry();
        Target[] targets = [new(), new()];
        registry.Add(targets[0], processId: 77, isLong: false);
        registry.Add(targets[1], processId: 77, isLong: true);
        Assert.That(targets.Select(target => Find(registry, target)), Is.EqualTo(targets));
    }

    [Test, Property("Row", "B131")]
    public void Keys_are_positive_and_do_not_repeat()
    {
        var keys = Enumerable.Range(0, 10_000).Select(_ => CancelKey.Create(0, isLong: false)).ToArray();
        Assert.That(keys.Select(key => key.ProcessId), Is.All.Positive);
        Assert.That(keys.Distinct().Count(), Is.EqualTo(keys.Length));
        Assert.That(keys[0].ToString(), Does.Not.Contain($"{keys[0].Secret}"));
    }

    [Test]
    public void Clients_that_share_a_process_id_are_told_apart_by_their_secrets()
    {
        var registry = new CancelRegistry();
        Target[] targets = [new(), new(), new()];
        var keys = targets.Select(target => registry.Add(target, processId: 77, isLong: false)).ToArray();
        registry.Remove(targets[1]);
        Assert.That(keys.Select(key => registry.Find(77, RawMessages.Int32((int)key.Secret))), Is.EqualTo(new[] { targets[0], null, targets[2] }));
    }

    [Test]
    public void A_crowd_that_comes_and_goes_is_found_until_it_has_gone()
    {
        const int Clients = 2000;
        var registry = new CancelRegistry();
        var random = new Random(17);
        var present = new List<Target>();
        var gone = new List<Target>();

        // Many share a process id and its place in the table, and neighbours of theirs come and go.
        for (var step = 0; step < Clients * 4; step++)
        {
            var isLeaving = random.Next(Clients * 4) < step;
            if (isLeaving && present.Count > 0)
            {
                var leaver = random.Next(present.Count);
                registry.Remove(present[leaver]);
                gone.Add(present[leaver]);
                present.RemoveAt(leaver);
            }
            else
            {
                var target = new Target();
                registry.Add(target, processId: random.Next(3) * random.Next(1, 300), isLong: step % 2 == 0);
                present.Add(target);
            }
        }

        Assert.That(present.Select(target => Find(registry, target)), Is.EqualTo(present));
        Assert.That(gone.Select(target => Find(registry, target)), Is.All.Null);
    }

    [Test]
    public void Who_was_never_added_may_be_removed()
    {
        var registry = new CancelRegistry();
        var target = new Target();
        registry.Add(target, processId: 0, isLong: false);
        registry.Remove(new Target { CancelKey = target.CancelKey });
        Assert.That(Find(registry, target), Is.SameAs(target));
    }

    private static ICancelTarget? Find(CancelRegistry registry, Target target) =>
        registry.Find(target.CancelKey.ProcessId, SecretOf(target.CancelKey));

    private static byte[] SecretOf(CancelKey key) => key.CopySecretTo(new byte[CancelKey.LongSecretBytes]).ToArray();

    private sealed class Target : ICancelTarget
    {
        public CancelKey CancelKey { get; set; }

        public EventLoop Loop => throw new InvalidOperationException("nothing runs here");

        public Task<CancelOutcome> CancelAsync() => throw new InvalidOperationException("nothing is cancelled here");
    }
}
