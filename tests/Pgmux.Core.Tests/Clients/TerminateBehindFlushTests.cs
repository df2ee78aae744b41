using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Core.Tests.Clients;

/// <summary>Terminate behind a Flush: what the Flush has asked for is still delivered.</summary>
[TestFixture]
internal sealed class TerminateBehindFlushTests
{
    [Test, Property("Row", "B67")]
    public void A_description_that_comes_in_two_pieces_is_delivered_whole([Values("0", "200")] string statements)
    {
        using var mux = TestMux.Start(("max_prepared_statements", statements));
        var client = mux.Login();
        client.Query("SELECT warm");
        mux.Postgres.Single.IsAutomatic = false;
        client.Send(RawMessages.Parse("SELECT $1"), RawMessages.DescribeStatement(""), RawMessages.Flush(), RawMessages.Terminate());
        mux.Postgres.Single.Send(Replies.ParseComplete(), Replies.ParameterDescription(25));
        mux.Postgres.Single.Send(Replies.RowDescription());
        Assert.That(client.Take(), Is.EqualTo("1 t(25) T EOF"));
    }

    [Test, Property("Row", "B67")]
    public void A_goodbye_between_the_two_pieces_waits_for_the_second([Values("0", "200")] string statements)
    {
        using var mux = TestMux.Start(("max_prepared_statements", statements));
        var client = mux.Login();
        client.Query("SELECT warm");
        mux.Postgres.Single.IsAutomatic = false;
        client.Send(RawMessages.Parse("SELECT $1"), RawMessages.DescribeStatement(""), RawMessages.Flush());
        mux.Postgres.Single.Send(Replies.ParseComplete(), Replies.ParameterDescription(25));
        client.Send(RawMessages.Terminate());
        mux.Postgres.Single.Send(Replies.RowDescription());
        Assert.That(client.Take(), Is.EqualTo("1 t(25) T EOF"));
    }

    [Test, Property("Row", "B67")]
    public void The_last_message_is_waited_for_to_its_end([Values("0", "200")] string statements, [Range(5, 25, 5)] int cut)
    {
        using var mux = TestMux.Start(("max_prepared_statements", statements));
        var client = mux.Login();
        client.Query("SELECT warm");
        mux.Postgres.Single.IsAutomatic = false;
        client.Send(RawMessages.Parse("SELECT $1"), RawMessages.DescribeStatement(""), RawMessages.Flush(), RawMessages.Terminate());
        var description = Replies.RowDescription();
        mux.Postgres.Single.Send(Replies.ParseComplete(), Replies.ParameterDescription(25), description[..cut]);
        mux.Postgres.Single.Send(description[cut..]);
        Assert.That(client.Take(), Is.EqualTo("1 t(25) T EOF"));
    }
}
