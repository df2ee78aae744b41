using Pgmux.Core.Statements;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;
using static Pgmux.Core.Tests.Statements.StatementRig;

namespace Pgmux.Core.Tests.Statements;

[TestFixture]
internal sealed class CommandPortalMuxTests
{
    [Test]
    public void The_unnamed_portal_is_bound_again_when_all_places_are_taken()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        var direct = new DirectSession();
        client.ExpectSame(direct, [.. Prepare("SELECT x", "a"), .. Prepare("EXECUTE a", "run")]);
        client.ExpectSame(direct, RawMessages.Query("BEGIN"));
        for (var i = 1; i < CommandPortals.Limit; i++)
        {
            client.ExpectSame(direct, RawMessages.BindPortal($"p{i}", "run"), RawMessages.Sync());
        }

        client.ExpectSame(direct, Use("run"));
        client.ExpectSame(direct, Use("run"));
    }

    [Test]
    public void Portals_that_are_closed_do_not_count()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        var direct = new DirectSession();
        client.ExpectSame(direct, [.. Prepare("SELECT x", "a"), .. Prepare("EXECUTE a", "run")]);
        client.ExpectSame(direct, RawMessages.Query("BEGIN"));
        for (var i = 0; i < CommandPortals.Limit + 1; i++)
        {
            client.ExpectSame(direct, RawMessages.BindPortal($"p{i}", "run"), RawMessages.ClosePortal($"p{i}"), RawMessages.Sync());
        }
    }

    [Test]
    public void Portals_end_with_their_transaction_in_a_pipeline_too()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        var direct = new DirectSession();
        client.ExpectSame(direct, [.. Prepare("SELECT x", "a"), .. Prepare("EXECUTE a", "run")]);
        for (var i = 0; i < 3; i++)
        {
            client.ExpectSame(direct, [.. Transaction("p"), .. Transaction("q")]);
        }
    }

    [Test]
    public void A_name_that_a_text_gives_up_makes_room_for_another()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"), ("max_client_prepared_statements", "2"));
        var client = mux.Login();
        var direct = new DirectSession();
        client.ExpectSame(direct, RawMessages.Query("PREPARE a AS SELECT 1"));
        client.ExpectSame(direct, RawMessages.Query("PREPARE b AS SELECT 2"));
        client.ExpectSame(direct, RawMessages.Query("DEALLOCATE a; PREPARE a AS SELECT 3; EXECUTE a"));
    }

    [Test]
    public void Names_come_and_go_within_a_cycle()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        var direct = new DirectSession();
        client.ExpectSame(direct, RawMessages.Parse("SELECT x", "a"), RawMessages.CloseStatement("a"), RawMessages.Parse("SELECT x", "a"), RawMessages.Parse("SELECT x", "b"), RawMessages.Bind("a"), RawMessages.Execute(), RawMessages.Bind("b"), RawMessages.Execute(), RawMessages.Sync());
        client.ExpectSame(direct, RawMessages.Parse("SELECT y", "a"), RawMessages.Sync());
        client.ExpectSame(direct, RawMessages.Parse("PARSEFAIL", "a"), RawMessages.Sync());
        client.ExpectSame(direct, RawMessages.Query("BEGIN"));
        client.ExpectSame(direct, RawMessages.Query("FAIL"));
        client.ExpectSame(direct, RawMessages.Parse("COMMIT", "a"), RawMessages.Sync());
        client.ExpectSame(direct, RawMessages.Parse("COMMIT", "c"), RawMessages.Bind("c"), RawMessages.Execute(), RawMessages.Sync());
        client.ExpectSame(direct, Use("c"));
        client.ExpectSame(direct, RawMessages.Query("BEGIN"));
        client.ExpectSame(direct, RawMessages.Query("FAIL"));
        client.ExpectSame(direct, Use("c"));
    }

    [Test]
    public void What_may_be_lost_is_closed_before_PREPARE_makes_it_anew()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        var direct = new DirectSession();
        client.ExpectSame(direct, Whole("PREPARE a AS SELECT x", "p"));
        client.ExpectSame(direct, RawMessages.Query("EXECUTE a; DEALLOCATE a; EXECUTE a"));
        client.ExpectSame(direct, Use("p"));
    }

    [Test]
    public void Texts_that_change_names_are_used_again_and_again()
    {
        using var mux = TestMux.Start(("default_pool_size", "1"));
        var client = mux.Login();
        var direct = new DirectSession();
        client.ExpectSame(direct, RawMessages.Query("PREPARE a AS SELECT 1"));
        client.ExpectSame(direct, Whole("DEALLOCATE a", "d"));
        client.ExpectSame(direct, Whole("PREPARE a AS SELECT 2", "p"));
        client.ExpectSame(direct, Use("d"));
        client.ExpectSame(direct, Use("p"));
        client.ExpectSame(direct, Use("p"));
        client.ExpectSame(direct, Use("d"));
        client.ExpectSame(direct, Use("d"));
        client.ExpectSame(direct, Use("p"));
        client.ExpectSame(direct, RawMessages.Query("EXECUTE a; DEALLOCATE a"));
        client.ExpectSame(direct, Use("p"));
        client.ExpectSame(direct, Use("a"));
        client.ExpectSame(direct, [.. Use("d"), .. Use("p")]);
        client.ExpectSame(direct, RawMessages.Query("BEGIN"));
        client.ExpectSame(direct, [.. Use("d"), .. Use("p")]);
        client.ExpectSame(direct, RawMessages.Bind("d"), RawMessages.Execute(), RawMessages.Bind("p"), RawMessages.Execute(), RawMessages.Bind("a"), RawMessages.Execute(), RawMessages.Sync());
    }

    private static byte[][] Transaction(string portals) =>
    [
        RawMessages.Query("BEGIN"), .. Enumerable.Range(0, 60).Select(n => RawMessages.BindPortal($"{portals}{n}", "run")), RawMessages.Sync(),
        RawMessages.Query("COMMIT"),
    ];
}
