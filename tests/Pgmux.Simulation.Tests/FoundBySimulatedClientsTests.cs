using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests;

/// <summary>What simulated clients have found, each as short as it goes.</summary>
[TestFixture]
internal sealed class FoundBySimulatedClientsTests
{
    [Test]
    public void Terminate_waits_for_both_answers_to_Describe_however_they_are_cut([Values(12, 16, 17, 30)] int cut, [Values] bool isEarly)
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        client.Query("SELECT first");
        var server = mux.Postgres.Single;
        server.IsAutomatic = false;
        client.Send(RawMessages.Parse("SELECT x"), RawMessages.DescribeStatement(), RawMessages.Flush());
        byte[] replies = [.. Replies.ParseComplete(), .. Replies.ParameterDescription(), .. Replies.RowDescription()];
        if (isEarly)
        {
            client.Send(RawMessages.Terminate());
        }

        server.Send(replies[..cut]);
        if (!isEarly)
        {
            client.Send(RawMessages.Terminate());
        }

        server.Send(replies[cut..]);
        Assert.That(client.Take(), Is.EqualTo("1 t T EOF"));
    }

    [Test]
    public void A_statement_that_needs_another_passes_a_limit_of_one_by_one_only()
    {
        using var mux = TestMux.Start(("max_prepared_statements", "1"));
        var client = mux.Login();
        client.Query("PREPARE q1 AS SELECT x");
        client.Ask(RawMessages.Parse("PREPARE q1 AS SELECT x", "s"), RawMessages.Sync());
        Assert.That(mux.Postgres.Database.Audit!.Highest, Is.EqualTo(2));
    }
}
