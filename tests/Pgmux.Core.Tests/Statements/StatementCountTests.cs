using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Statements;

[TestFixture]
internal sealed class StatementCountTests
{
    [Test]
    [Property("Row", "B151")]
    public void A_Parse_and_a_Bind_that_wait_for_an_earlier_cycle_are_counted_once()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Send(RawMessages.Parse("SELECT x", "a"), RawMessages.Sync(), RawMessages.Bind("a"), RawMessages.Execute(), RawMessages.Sync());
        client.Send(RawMessages.CloseStatement("a"), RawMessages.Sync(), RawMessages.Parse("SELECT y", "a"), RawMessages.Sync());
        var counters = mux.Pool.SumCounters();
        Assert.That((counters.ClientParses, counters.Binds), Is.EqualTo((2, 1)));
    }

    [Test]
    public void What_is_run_again_for_a_client_is_counted_once()
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Send(RawMessages.Parse("SELECT x", "a"), RawMessages.Sync());
        mux.Postgres.Single.MakeStale();
        Assert.That(client.Ask(RawMessages.Bind("a"), RawMessages.Execute(), RawMessages.Sync()), Does.EndWith("C(SELECT 1) Z(I)"));
        Assert.That(mux.Pool.SumCounters().Binds, Is.EqualTo(1));
    }
}
