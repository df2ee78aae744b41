using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting.Faults;

/// <summary>Callbacks of a loop that fail: sweeps and posted work, which belong to no connection.</summary>
[TestFixture]
internal sealed class LoopFaultTests
{
    private const string Purpose = "on purpose";

    private readonly FaultPoint _nothing = new(int.MaxValue, _ => false, () => new InvalidOperationException());
    private FaultyLoop _loop = null!;

    [Test, Property("Row", "N05")]
    public void A_sweep_that_fails_is_logged_and_the_next_one_does_its_work()
    {
        using var mux = Start();
        var client = mux.Login();
        client.Take();
        var failures = 0;
        _loop.BeforeSweep = () =>
        {
            if (failures < 5)
            {
                failures++;
                throw new InvalidOperationException(Purpose);
            }
        };
        mux.Advance(1);
        Assert.That(client.Query("SELECT a"), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        mux.Advance(20);
        Assert.That(client.Take(), Is.EqualTo("E(57P05 client_idle_timeout) EOF"), "time limits go on");
        CheckLog(mux, failures);
    }

    [Test, Property("Row", "N05")]
    public void Posted_work_that_fails_is_logged_and_costs_nobody_anything()
    {
        using var mux = Start();
        var client = mux.Login();
        client.Take();
        client.Write(RawMessages.Query("SELECT a"));
        for (var i = 0; i < 3; i++)
        {
            _loop.Post(_ => throw new InvalidOperationException(Purpose), null);
        }

        mux.Network.RunUntilIdle();
        Assert.That(client.Take(), Is.EqualTo("T D(a) C(SELECT 1) Z(I)"));
        CheckLog(mux, 3);
    }

    private TestMux Start() => TestMux.StartOn(loop => _loop = new FaultyLoop(loop, _nothing), ("client_idle_timeout", "10"));

    private static void CheckLog(TestMux mux, int failures)
    {
        Assert.That(mux.Log.Errors.Count(error => error.Contains(Purpose)), Is.EqualTo(failures));
        mux.Log.Events.Clear();
    }
}
