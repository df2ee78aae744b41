namespace Pgmux.Transport.Tests.Contract;

public sealed class LoopContractTests(RigKind kind) : ContractFixture(kind)
{
    [Test]
    public Task Posted_work_runs_later_and_in_order() => Rig.RunAsync(async () =>
    {
        var order = new List<int>();
        var done = new TaskCompletionSource();
        for (var index = 0; index < 100; index++)
        {
            Rig.Loop.Post(state => order.Add((int)state!), index);
        }

        Rig.Loop.Post(_ => done.SetResult(), null);
        Assert.That(order, Is.Empty);
        await done.Task;
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 100)));
    });

    [Test]
    public Task Work_that_fails_is_reported_and_the_loop_goes_on() => Rig.RunAsync(async () =>
    {
        var failure = new InvalidOperationException("on purpose");
        Rig.Loop.Post(_ => throw failure, null);
        await Rig.SettleAsync();
        Assert.That(Rig.Unhandled, Is.EqualTo(new[] { failure }));
        Rig.Unhandled.Clear();
    });

    [Test]
    public Task A_sweep_runs_until_it_is_disposed() => Rig.RunAsync(async () =>
    {
        var start = Rig.Loop.TimeProvider.GetTimestamp();
        var count = 0;
        var third = new TaskCompletionSource();
        var sweep = Rig.Loop.AddSweep(() =>
        {
            Assert.That(Rig.Loop.IsCurrent, Is.True);
            if (++count == 3)
            {
                third.SetResult();
            }
        });
        using var failing = Rig.Loop.AddSweep(() => throw new InvalidOperationException("on purpose"));
        await third.Task;
        Assert.That(Rig.Loop.TimeProvider.GetElapsedTime(start), Is.InRange(TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(5)));
        sweep.Dispose();
        await Rig.NextSweepAsync();
        Assert.That(count, Is.EqualTo(3));
        Assert.That(Rig.Unhandled, Has.Count.GreaterThanOrEqualTo(3));
        Rig.Unhandled.Clear();
    });

    [Test]
    public Task An_await_of_anything_comes_back_to_the_loop() => Rig.RunAsync(async () =>
    {
        var answer = await Rig.Loop.OffloadAsync(() => 42);
        Assert.That(answer, Is.EqualTo(42));
        Assert.That(Rig.Loop.IsCurrent, Is.True);
        await Task.Yield();
        Assert.That(Rig.Loop.IsCurrent, Is.True);
    });

    [Test]
    public Task A_session_that_fails_when_it_is_accepted_loses_its_connection() => Rig.RunAsync(async () =>
    {
        using var listener = Rig.Loop.Listen(
            new ListenOptions { EndPoint = Rig.FreeEndPoint }, _ => throw new InvalidOperationException("on purpose"));
        var client = await Rig.Loop.ConnectAsync(new ConnectOptions { EndPoint = listener.EndPoint }, CancellationToken.None);
        Assert.That((await client.Input.ReadAsync()).IsCompleted, Is.True);
        Assert.That(Rig.Unhandled, Has.Count.EqualTo(1));
        Rig.Unhandled.Clear();
    });

    [Test]
    public Task An_observer_that_fails_is_reported() => Rig.RunAsync(async () =>
    {
        var (client, server) = await Rig.ConnectAsync();
        server.Observer = new FailingObserver();
        client.Close();
        await Rig.NextSweepAsync();
        Assert.That(Rig.Unhandled, Has.Count.EqualTo(1));
        Rig.Unhandled.Clear();
    });

    [Test]
    public Task Work_posted_by_another_loop_runs() => Rig.RunAsync(async () =>
    {
        var done = new TaskCompletionSource<bool>();
        Rig.OtherLoop.Post(_ => Rig.Loop.Post(_ => done.SetResult(Rig.Loop.IsCurrent), null), null);
        Assert.That(await done.Task, Is.True);
    });
}
