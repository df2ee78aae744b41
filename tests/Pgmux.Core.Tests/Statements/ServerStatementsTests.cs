using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Statements;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ServerStatementsTests
{
    private const int Cycle = 7;

    private readonly ServerStatements _server = new();
    private readonly Statement[] _all;

    public ServerStatementsTests()
    {
        var registry = new StatementRegistry(loops: 1);
        _all = [.. Enumerable.Range(0, 5).Select(i => registry.Make($"SELECT {i}"))];
    }

    [Test, Property("Row", "B94")]
    public void A_statement_is_there_once_its_reply_has_come()
    {
        Assert.That(Knows(0), Is.False);
        _server.ProposeMade(_all[0], Cycle);
        Assert.That(Knows(0), Is.True, "within the cycle success is assumed");
        Assert.That(_server.Has(_all[0], Cycle + 1), Is.Null, "the next cycle runs whatever becomes of it");
        _server.Confirm(_all[0], _all[0]);
        Assert.That(_server.Has(_all[0], Cycle + 1), Is.True);
        Assert.That((_server.Count, _all[0].ServerCount), Is.EqualTo((1, 1)));
    }

    [Test, Property("Row", "B94")]
    public void A_statement_that_was_not_made_is_not_there()
    {
        _server.ProposeMade(_all[0], Cycle);
        _server.TakeBack(_all[0], _all[0]);
        Assert.That((Knows(0), _server.Count, _all[0].ServerCount), Is.EqualTo(((bool?)false, 0, 0)));
    }

    [Test]
    public void A_statement_that_was_not_closed_is_still_there()
    {
        _server.OnMade(_all[0]);
        _server.ProposeClosed(_all[0], Cycle);
        Assert.That((Knows(0), _server.Count), Is.EqualTo(((bool?)false, 0)));
        Assert.That(_server.Has(_all[0], Cycle + 1), Is.Null);
        _server.TakeBack(_all[0], null);
        Assert.That((Knows(0), _server.Count, _all[0].ServerCount), Is.EqualTo(((bool?)true, 1, 1)));
        _server.ProposeClosed(_all[0], Cycle);
        _server.Confirm(_all[0], null);
        Assert.That((Knows(0), _server.Count, _all[0].ServerCount), Is.EqualTo(((bool?)false, 0, 0)));
    }

    [Test, Property("Row", "B96")]
    public void The_least_recently_used_goes_first()
    {
        Make(0, 1, 2, 3);
        _server.Touch(_all[0]);
        _server.Touch(_all[2]);
        _server.Touch(_all[2]);
        Assert.That(Victims(), Is.EqualTo(new[] { 1, 3, 0, 2 }));
    }

    [Test]
    public void The_oldest_can_be_used_again_and_again()
    {
        Make(0, 1, 2);
        foreach (var i in new[] { 0, 1, 2, 0, 1, 2, 1 })
        {
            _server.Touch(_all[i]);
        }

        Assert.That(Victims(), Is.EqualTo(new[] { 0, 2, 1 }));
        Assert.That(_server.FindVictim(Cycle, spared: null), Is.Null);
    }

    [Test]
    public void What_is_not_there_cannot_be_used()
    {
        Make(0, 1);
        _server.Touch(_all[4]);
        Assert.That(Victims(), Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public void What_earlier_cycles_decide_about_does_not_go()
    {
        _server.ProposeMade(_all[0], Cycle - 1);
        Make(1);
        _server.ProposeClosed(_all[1], Cycle - 1);
        Assert.That(_server.FindVictim(Cycle, spared: null), Is.Null);
        _server.ProposeMade(_all[2], Cycle);
        Assert.That(_server.FindVictim(Cycle, spared: null), Is.SameAs(_all[2]));
        _server.Confirm(_all[0], _all[0]);
        Assert.That(_server.FindVictim(Cycle, spared: null), Is.SameAs(_all[0]));
    }

    [Test]
    public void What_a_statement_needs_is_spared()
    {
        Make(0, 1, 2);
        Assert.That(_server.FindVictim(Cycle, spared: [_all[0], _all[1]]), Is.SameAs(_all[2]));
        Assert.That(_server.FindVictim(Cycle, spared: _all), Is.Null);
    }

    [Test, Property("Row", "B99"), Property("Row", "B100")]
    public void Everything_that_was_confirmed_is_dropped_at_once_and_what_comes_later_stays()
    {
        Make(0, 1);
        _server.ProposeMade(_all[2], Cycle);
        _server.ProposeClosed(_all[1], Cycle);
        _server.OnAllDropped();
        Assert.That((Knows(0), Knows(1), Knows(2), _server.Count), Is.EqualTo(((bool?)false, (bool?)false, (bool?)true, 1)));
        _server.Confirm(_all[2], _all[2]);
        _server.Confirm(_all[1], null);
        Assert.That((Knows(1), Knows(2), _server.Count), Is.EqualTo(((bool?)false, (bool?)true, 1)));
        Assert.That(_all.Select(statement => statement.ServerCount), Is.EqualTo(new[] { 0, 0, 1, 0, 0 }));
    }

    [Test]
    public void A_skipped_close_does_not_bring_back_what_was_dropped_before_it()
    {
        Make(0);
        _server.ProposeClosed(_all[0], Cycle);
        _server.OnAllDropped();
        _server.TakeBack(_all[0], null);
        Assert.That((Knows(0), _server.Count, _all[0].ServerCount), Is.EqualTo(((bool?)false, 0, 0)));
    }

    [Test]
    public void A_statement_that_SQL_has_dropped_is_gone()
    {
        Make(0, 1);
        _server.OnDropped(_all[0]);
        _server.OnDropped(_all[4]);
        Assert.That((Knows(0), Knows(1), _server.Count, _all[0].ServerCount), Is.EqualTo(((bool?)false, (bool?)true, 1, 0)));
    }

    [Test, Property("Row", "B105"), Property("Row", "E16")]
    public void A_stale_plan_has_to_be_closed_on_every_server_before_it_is_made_anew()
    {
        var other = new ServerStatements();
        Make(0);
        other.OnMade(_all[0]);
        _server.OnError(_all[0], StatementEffect.Use, SqlState.FeatureNotSupported);
        foreach (var server in new[] { _server, other })
        {
            Assert.That((server.Has(_all[0], Cycle), server.HasStale(_all[0]), server.Count), Is.EqualTo(((bool?)false, true, 1)));
            server.ProposeClosed(_all[0], Cycle);
            Assert.That(server.HasStale(_all[0]), Is.False);
            server.ProposeMade(_all[0], Cycle);
            Assert.That((server.Has(_all[0], Cycle), server.HasStale(_all[0])), Is.EqualTo(((bool?)true, false)));
            server.Confirm(_all[0], null);
            server.Confirm(_all[0], _all[0]);
            Assert.That((server.Has(_all[0], Cycle), server.HasStale(_all[0]), server.Count), Is.EqualTo(((bool?)true, false, 1)));
        }

        Assert.That(_all[0].ServerCount, Is.EqualTo(2));
    }

    [Test, Property("Row", "B105")]
    public void A_stale_plan_stays_stale_when_making_it_anew_is_skipped()
    {
        Make(0);
        _all[0].OnStale();
        _server.ProposeClosed(_all[0], Cycle);
        _server.ProposeMade(_all[0], Cycle);
        _server.TakeBack(_all[0], null);
        _server.TakeBack(_all[0], _all[0]);
        Assert.That((Knows(0), _server.HasStale(_all[0]), _server.Count, _all[0].ServerCount), Is.EqualTo(((bool?)false, true, 1, 1)));
    }

    [Test]
    public void A_plan_that_goes_stale_while_it_is_made_is_stale()
    {
        _server.ProposeMade(_all[0], Cycle);
        _all[0].OnStale();
        Assert.That(Knows(0), Is.False);
        _server.Confirm(_all[0], _all[0]);
        Assert.That((Knows(0), _server.HasStale(_all[0])), Is.EqualTo(((bool?)false, true)));
    }

    [Test]
    public void What_the_server_does_not_know_is_closed_and_made_anew()
    {
        // The error may be about another statement of the same text, so the copy may be there all the same: a Close does no harm.
        Make(0);
        _server.OnError(_all[0], StatementEffect.Use, SqlState.UndefinedPreparedStatement);
        Assert.That((Knows(0), _server.HasStale(_all[0]), _server.Count), Is.EqualTo(((bool?)false, true, 1)));
        _server.ProposeClosed(_all[0], Cycle);
        _server.Confirm(_all[0], null);
        Assert.That((Knows(0), _server.HasStale(_all[0]), _server.Count), Is.EqualTo(((bool?)false, false, 0)));
        _server.OnError(_all[0], StatementEffect.Use, SqlState.UndefinedPreparedStatement);
        Assert.That(_server.Count, Is.Zero);
    }

    [Test]
    public void One_that_is_not_known_does_not_make_the_others_of_its_text_unknown_for_ever()
    {
        Make(0, 1);
        var commands = new StatementCommands(new ClientStatements(), [], [_all[0], _all[1]]);
        commands.OnError(_server, SqlState.UndefinedPreparedStatement);
        Assert.That((_server.HasStale(_all[0]), _server.HasStale(_all[1])), Is.EqualTo((true, true)), "a Parse alone would be refused: the name is taken");
    }

    [Test]
    public void A_name_that_is_taken_is_our_statement()
    {
        _server.ProposeMade(_all[0], Cycle);
        _server.TakeBack(_all[0], _all[0]);
        _server.OnError(_all[0], StatementEffect.Make, SqlState.DuplicatePreparedStatement);
        Assert.That((Knows(0), _server.Count, _all[0].ServerCount), Is.EqualTo(((bool?)true, 1, 1)));
    }

    [TestCase(StatementEffect.Make, SqlState.FeatureNotSupported)]
    [TestCase(StatementEffect.Make, SqlState.UndefinedPreparedStatement)]
    [TestCase(StatementEffect.Use, SqlState.DuplicatePreparedStatement)]
    [TestCase(StatementEffect.Use, "22012")]
    [TestCase(StatementEffect.None, SqlState.FeatureNotSupported)]
    public void Other_errors_say_nothing_of_the_statement(StatementEffect effect, string sqlState)
    {
        Make(0);
        _server.OnError(_all[0], effect, sqlState);
        Assert.That((Knows(0), _all[0].Generation, _server.Count), Is.EqualTo(((bool?)true, 0, 1)));
    }

    [Test]
    public void A_closed_connection_holds_nothing()
    {
        Make(0, 1, 2);
        _server.Unnamed.Set(_all[3], StatementHolder.Server);
        _server.Clear();
        Assert.That(_server.Count, Is.Zero);
        Assert.That(_server.Unnamed.IsEmpty, Is.True);
        Assert.That(_all.Select(statement => statement.ServerCount), Has.All.Zero);
    }

    private bool? Knows(int i) => _server.Has(_all[i], Cycle);

    private void Make(params int[] which)
    {
        foreach (var i in which)
        {
            _server.OnMade(_all[i]);
        }
    }

    // All of them in the order in which they would go.
    private List<int> Victims()
    {
        var victims = new List<int>();
        while (_server.FindVictim(Cycle, spared: null) is { } victim)
        {
            victims.Add(Array.IndexOf(_all, victim));
            _server.ProposeClosed(victim, Cycle);
        }

        return victims;
    }
}
