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

    [Test]
    public void A_second_ReadyForQuery_does_not_answer_what_pgmux_asks_for_the_next_client()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        mux.IsLeftBroken = true;
        var first = mux.Login(parameters: ("application_name", "first"));
        first.Query("SELECT x");
        var server = mux.Postgres.Single;
        server.IsAutomatic = false;
        var second = mux.Login(parameters: ("application_name", "second"));
        second.Send(RawMessages.Query("SELECT y"));
        server.Send(Replies.ReadyForQuery());
        Assert.That(second.Take(), Is.EqualTo("E(08P01 server broke the protocol) EOF"));
    }

    [Test]
    public void A_broken_Flush_is_an_error_as_any_broken_message([Values] bool isFirst)
    {
        using var mux = TestMux.Start();
        var client = mux.Login();
        byte[][] messages = isFirst
            ? [RawMessages.Message('H', 1), RawMessages.Sync()]
            : [RawMessages.Parse("SELECT x"), RawMessages.Message('H', 1), RawMessages.Bind(), RawMessages.Sync()];
        Assert.That(client.Ask(messages), Is.EqualTo(new DirectSession().Trace(messages)));
        Assert.That(client.Query("SELECT y"), Does.EndWith("Z(I)"));
    }

    [Test]
    public void A_session_keeps_its_unnamed_statement_when_its_parameters_are_given_back()
    {
        using var mux = TestMux.Start(("pool_mode", "session"));
        var client = mux.Login(parameters: [("application_name", "mine"), ("TimeZone", "Asia/Tokyo")]);
        client.Ask(RawMessages.Parse("DISCARD ALL"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync());
        Assert.That(client.Ask(RawMessages.Bind(), RawMessages.DescribePortal(), RawMessages.Sync()), Is.EqualTo("2 n Z(I)"));
        Assert.That(mux.Postgres.Single.Parameters["application_name"], Is.EqualTo("mine"));
    }
}
