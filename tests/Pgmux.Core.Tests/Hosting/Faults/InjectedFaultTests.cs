using NUnit.Framework.Internal;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Hosting.Faults;

/// <summary>
/// An exception at each place where pgmux waits for a peer, gets memory to write into, connects, or offloads work: what nobody expects there
/// costs that client and its server, and nobody else.
/// </summary>
[TestFixture]
internal sealed class InjectedFaultTests
{
    private const string Purpose = "on purpose";

    private static readonly (string, string)[] Settings =
    [
        ("default_pool_size", "2"), ("query_timeout", "2"), ("query_wait_timeout", "2"), ("client_login_timeout", "2"), ("server_login_retry", "1"),
        ("server_idle_timeout", "3"),
    ];

    [Test, Property("Row", "R15")]
    public void A_lack_of_memory_costs_one_pair() =>
        FailEverywhere(place => place is "GetSpan" or "AdvanceTo", () => new OutOfMemoryException(Purpose));

    [Test, Property("Row", "R15"), Property("Row", "N05")]
    public void An_exception_out_of_any_await_costs_one_pair() => FailEverywhere(IsAwait, () => new InvalidOperationException(Purpose));

    [Test, Property("Row", "N03")]
    public void A_cancellation_of_any_await_costs_one_pair() => FailEverywhere(IsAwait, () => new OperationCanceledException(Purpose));

    private static bool IsAwait(string place) => place.Contains("Async", StringComparison.Ordinal);

    private static void FailEverywhere(Func<string, bool> isOne, Func<Exception> make)
    {
        var counting = new FaultPoint(int.MaxValue, isOne, make);
        Run(counting);
        Assert.That(counting.Passed, Is.GreaterThan(50));
        var failures = new List<string>();
        for (var failing = 1; failing <= counting.Passed; failing++)
        {
            var fault = new FaultPoint(failing, isOne, make);
            try
            {
                // All places that fail are told together.
                using var isolation = new TestExecutionContext.IsolatedContext();
                Run(fault);
            }
            catch (Exception failure) when (failure is not NUnitException)
            {
                failures.Add($"{failing} ({fault.Failed}): {failure.Message}");
            }
        }

        Assert.That(failures, Is.Empty);
    }

    // Nothing may be left behind, which the end of TestMux checks.
    private static void Run(FaultPoint fault)
    {
        using var mux = TestMux.StartOn(loop => new FaultyLoop(loop, fault), Settings);
        var canary = mux.Login("bob");
        canary.Take();
        fault.IsArmed = true;
        RunVictims(mux, () => Assert.That(canary.Query("SELECT c"), Is.EqualTo("T D(c) C(SELECT 1) Z(I)")));
        fault.IsArmed = false;

        // A cancel request that has failed leaves its query running.
        foreach (var server in mux.Postgres.Open.Where(server => server.IsWaiting).ToArray())
        {
            server.Release();
        }

        mux.Advance(3);
        mux.BeginLogin().Close();
        mux.Advance(2);
        var next = mux.Login();
        next.Take();
        Assert.That(next.Query("SELECT n"), Is.EqualTo("T D(n) C(SELECT 1) Z(I)"), "the pool is whole again");
        Assert.That(mux.Log.Errors.Where(error => !error.Contains(Purpose)), Is.Empty);
        mux.Log.Events.Clear();
    }

    private static void RunVictims(TestMux mux, Action checkCanary)
    {
        var (first, second) = (mux.BeginLogin(), mux.BeginLogin(parameters: ("application_name", "second")));
        byte[][] requests =
        [
            RawMessages.Query("BEGIN"),
            [.. RawMessages.Parse("SELECT p", "p"), .. RawMessages.Bind("p"), .. RawMessages.Execute(), .. RawMessages.Sync()],
            RawMessages.Query("COMMIT"),
            [.. RawMessages.Query("COPY IN"), .. RawMessages.CopyData("x"), .. RawMessages.CopyDone()],
            RawMessages.Query("ROWS 10 1000"),
            RawMessages.Query("SELECT b")[..8],
            RawMessages.Query("SELECT b")[8..],
        ];
        foreach (var request in requests)
        {
            first.Send(request);
            checkCanary();
        }

        second.Send(RawMessages.Query("SELECT s"));
        second.Send(RawMessages.Query("WAIT"));
        if (second.CancelKey.Key is not null)
        {
            mux.Cancel(second);
        }

        checkCanary();
        second.Send(RawMessages.Query("WAIT"));
        second.Reset();
        first.Send(RawMessages.Terminate());
        checkCanary();
        first.Close();

        // Last words: to a client whose query takes too long, and to a server that nobody needs.
        var late = mux.BeginLogin();
        late.Send(RawMessages.Query("WAIT"));
        mux.Advance(3);
        checkCanary();
        late.Close();
        var last = mux.BeginLogin();
        last.Send(RawMessages.Query("SELECT last"));
        mux.Advance(2);
        checkCanary();
        mux.Advance(2);
        last.Close();
    }
}
