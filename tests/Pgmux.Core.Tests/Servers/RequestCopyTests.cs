using Pgmux.Core.Servers;

namespace Pgmux.Core.Tests.Servers;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RequestCopyTests
{
    private readonly RequestCopy _copy = new();

    [Test]
    public void Nothing_is_kept_at_first() => Assert.That((_copy.State, _copy.Bytes.Length), Is.EqualTo((RequestCopyState.None, 0)));

    [Test, Property("Row", "E16")]
    public void A_cycle_goes_its_way()
    {
        _copy.Begin();
        Assert.That(_copy.State, Is.EqualTo(RequestCopyState.Open));
        _copy.Add("Bind"u8);
        _copy.Add("Sync"u8);
        _copy.Complete();
        Assert.That(_copy.State, Is.EqualTo(RequestCopyState.Whole));
        _copy.OnRefused(answered: 3);
        Assert.That((_copy.State, _copy.Answered), Is.EqualTo((RequestCopyState.ToRunAgain, 3)));
        _copy.OnRunAgain();
        Assert.That(_copy.State, Is.EqualTo(RequestCopyState.RunAgain));
        Assert.That(_copy.Bytes.ToArray(), Is.EqualTo("BindSync"u8.ToArray()));
    }

    [Test]
    public void A_new_cycle_begins_with_nothing()
    {
        _copy.Begin();
        _copy.Add("first"u8);
        _copy.Complete();
        _copy.Begin();
        Assert.That((_copy.State, _copy.Bytes.Length), Is.EqualTo((RequestCopyState.Open, 0)));
        _copy.Add("second"u8);
        Assert.That(_copy.Bytes.ToArray(), Is.EqualTo("second"u8.ToArray()));
        _copy.Drop();
        Assert.That(_copy.State, Is.EqualTo(RequestCopyState.None));
    }

    [Test]
    public void Bytes_are_kept_whole_however_they_come([Values(1, 7, 1_023, 1_024, 1_025, 4_096)] int part)
    {
        var bytes = new byte[RequestCopy.BytesLimit];
        new Random(part).NextBytes(bytes);
        for (var round = 0; round < 2; round++)
        {
            _copy.Begin();
            for (var at = 0; at < bytes.Length; at += part)
            {
                _copy.Add(bytes.AsSpan(at, Math.Min(part, bytes.Length - at)));
                Assert.That(_copy.Bytes.SequenceEqual(bytes.AsSpan(0, Math.Min(at + part, bytes.Length))), Is.True);
            }

            Assert.That(_copy.State, Is.EqualTo(RequestCopyState.Open));
        }
    }

    [Test]
    public void A_cycle_that_is_too_long_is_not_kept()
    {
        _copy.Begin();
        _copy.Add(new byte[RequestCopy.BytesLimit]);
        Assert.That(_copy.State, Is.EqualTo(RequestCopyState.Open));
        _copy.Add(new byte[1]);
        Assert.That(_copy.State, Is.EqualTo(RequestCopyState.None));
        _copy.Begin();
        _copy.Add(new byte[RequestCopy.BytesLimit + 1]);
        Assert.That(_copy.State, Is.EqualTo(RequestCopyState.None));
    }

    [Test]
    public void The_usual_cycle_allocates_nothing()
    {
        var message = new byte[100];
        _copy.Begin();
        _copy.Add(message);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            _copy.Begin();
            for (var j = 0; j < 10; j++)
            {
                _copy.Add(message);
            }

            _copy.Complete();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }
}
