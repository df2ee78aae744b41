using Pgmux.Core.Authentication;
using Pgmux.Core.Clients.Pam;
using Pgmux.Testing.Processes;
using Pgmux.Transport.Pam;

namespace Pgmux.Core.Tests.Clients.Pam;

/// <summary>The threads that ask PAM, and who waits for them.</summary>
[TestFixture]
internal sealed class PamChecksTests
{
    private const int Most = PamChecks.ThreadLimit + PamChecks.QueueLimit;

    private readonly SemaphoreSlim _started = new(0);
    private readonly SemaphoreSlim _released = new(0);
    private readonly SemaphoreSlim _told = new(0);
    private int _running;
    private int _mostRunning;

    [OneTimeTearDown]
    public void Dispose()
    {
        _started.Dispose();
        _released.Dispose();
        _told.Dispose();
    }

    [Test]
    public async Task Few_are_asked_at_once_many_wait_and_more_are_refused()
    {
        var checks = new PamChecks(Judge);
        var logins = Enumerable.Range(0, Most).Select(i => Check($"user{i}")).ToArray();
        Assert.That(logins.Select(checks.TryStart), Is.All.True);
        await TakeAsync(_started, PamChecks.ThreadLimit);
        Assert.That(checks.TryStart(Check("late")), Is.False);

        _released.Release(Most);
        await TakeAsync(_told, Most);
        Assert.That(logins.Select(login => login.Refusal?.Reason), Is.EqualTo(Enumerable.Range(0, Most).Select(i => $"user{i} is refused")));
        Assert.That(_mostRunning, Is.EqualTo(PamChecks.ThreadLimit));
        await TakeAsync(_started, PamChecks.QueueLimit);

        // The threads have ended, or are about to; others take their place.
        Assert.That(checks.TryStart(Check("again")), Is.True);
        _released.Release();
        await TakeAsync(_told, 1);
        await TakeAsync(_started, 1);
    }

    [Test]
    public async Task Who_has_left_is_not_asked_about_and_makes_room()
    {
        var checks = new PamChecks(Judge);
        var logins = Enumerable.Range(0, Most).Select(i => Check($"user{i}")).ToArray();
        Assert.That(logins.Select(checks.TryStart), Is.All.True);
        await TakeAsync(_started, PamChecks.ThreadLimit);
        foreach (var left in logins.TakeLast(PamChecks.QueueLimit))
        {
            left.Abandon();
        }

        var next = Check("next");
        Assert.That(checks.TryStart(next), Is.True);
        _released.Release(PamChecks.ThreadLimit + 1);
        await TakeAsync(_told, PamChecks.ThreadLimit + 1);
        await TakeAsync(_started, 1);
        Assert.That(next.Refusal?.Reason, Is.EqualTo("next is refused"));
        Assert.That(_told.CurrentCount, Is.Zero);
    }

    [Test]
    public async Task A_library_that_has_gone_is_no_end_of_the_process()
    {
        var checks = new PamChecks(_ => throw new EntryPointNotFoundException("pam_acct_mgmt"));
        var login = Check("user");
        Assert.That(checks.TryStart(login), Is.True);
        await TakeAsync(_told, 1);
        Assert.That(login.Refusal, Is.EqualTo(new PamRefusal("PAM cannot be asked: pam_acct_mgmt", IsDecision: false)));
    }

    private static async Task TakeAsync(SemaphoreSlim signal, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.That(await signal.WaitAsync(WaitLimit.Default), Is.True, "waited in vain");
        }
    }

    private PamCheck Check(string user) => new(new PamLogin { Service = "test", User = user, Password = "p" }, _ => _told.Release());

    private PamRefusal? Judge(PamLogin login)
    {
        var running = Interlocked.Increment(ref _running);
        InterlockedMax(running);
        _started.Release();
        var isReleased = _released.Wait(WaitLimit.Default);
        Interlocked.Decrement(ref _running);
        return new PamRefusal(isReleased ? $"{login.User} is refused" : "the test has let it hang", IsDecision: true);
    }

    private void InterlockedMax(int running)
    {
        lock (_told)
        {
            _mostRunning = Math.Max(_mostRunning, running);
        }
    }
}
