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
        var key = registry.Add(target, processId: 0);
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

        registry.Remove(key);
        Assert.That(registry.Find(key.ProcessId, secret), Is.Null);
    }

    [Test, Property("Row", "B131")]
    public void Keys_are_positive_and_do_not_repeat()
    {
        var keys = Enumerable.Range(0, 10_000).Select(_ => CancelKey.Create(0)).ToArray();
        Assert.That(keys.Select(key => key.ProcessId), Is.All.Positive);
        Assert.That(keys.Distinct().Count(), Is.EqualTo(keys.Length));
        Assert.That(keys[0].ToString(), Does.Not.Contain($"{keys[0].Secret}"));
    }

    [Test]
    public void Clients_that_share_a_process_id_are_told_apart_by_their_secrets()
    {
        var registry = new CancelRegistry();
        Target[] targets = [new(), new(), new()];
        var keys = targets.Select(target => registry.Add(target, processId: 77)).ToArray();
        registry.Remove(keys[1]);
        Assert.That(keys.Select(key => registry.Find(77, RawMessages.Int32((int)key.Secret))), Is.EqualTo(new[] { targets[0], null, targets[2] }));
    }

    private sealed class Target : ICancelTarget
    {
        public EventLoop Loop => throw new InvalidOperationException("nothing runs here");

        public Task CancelAsync() => throw new InvalidOperationException("nothing is cancelled here");
    }
}
