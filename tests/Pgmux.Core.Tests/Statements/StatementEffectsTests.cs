using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Statements;

namespace Pgmux.Core.Tests.Statements;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class StatementEffectsTests
{
    private const int Cycle = 3;

    private readonly StatementRegistry _registry = new(loops: 1);
    private readonly ClientStatements _client = new();
    private readonly ServerStatements _server = new();
    private readonly Statement _old;
    private readonly Statement _new;

    public StatementEffectsTests()
    {
        _old = _registry.Make("old");
        _new = _registry.Make("new");
    }

    // Before it the client's name stands for "old", and the server has "old" under its name and as its unnamed statement. In this order:
    // the name, whether the server has old, whether it has new, its unnamed statement.
    [TestCase(StatementEffect.None, RequestOutcome.Succeeded, "old +old -new old")]
    [TestCase(StatementEffect.None, RequestOutcome.Failed, "old +old -new old")]
    [TestCase(StatementEffect.None, RequestOutcome.Skipped, "old +old -new old")]
    [TestCase(StatementEffect.Use, RequestOutcome.Succeeded, "old +old -new old")]
    [TestCase(StatementEffect.Use, RequestOutcome.Failed, "old +old -new old")]
    [TestCase(StatementEffect.Use, RequestOutcome.Skipped, "old +old -new old")]
    [TestCase(StatementEffect.Make, RequestOutcome.Succeeded, "new +old +new old")]
    [TestCase(StatementEffect.Make, RequestOutcome.Failed, "old +old -new old")]
    [TestCase(StatementEffect.Make, RequestOutcome.Skipped, "old +old -new old")]
    [TestCase(StatementEffect.MakeUnnamed, RequestOutcome.Succeeded, "new +old -new new")]
    [TestCase(StatementEffect.MakeUnnamed, RequestOutcome.Failed, "- +old -new -")]
    [TestCase(StatementEffect.MakeUnnamed, RequestOutcome.Skipped, "old +old -new old")]
    [TestCase(StatementEffect.Name, RequestOutcome.Succeeded, "new +old -new old")]
    [TestCase(StatementEffect.Name, RequestOutcome.Failed, "old +old -new old")]
    [TestCase(StatementEffect.Name, RequestOutcome.Skipped, "old +old -new old")]
    [TestCase(StatementEffect.NameAfterParse, RequestOutcome.Succeeded, "new +old -new ?")]
    [TestCase(StatementEffect.NameAfterParse, RequestOutcome.Failed, "old +old -new -")]
    [TestCase(StatementEffect.NameAfterParse, RequestOutcome.Skipped, "old +old -new old")]
    [TestCase(StatementEffect.Forget, RequestOutcome.Succeeded, "- +old -new old")]
    [TestCase(StatementEffect.Forget, RequestOutcome.Failed, "old +old -new old")]
    [TestCase(StatementEffect.Forget, RequestOutcome.Skipped, "old +old -new old")]
    [TestCase(StatementEffect.Drop, RequestOutcome.Succeeded, "- -old -new old")]
    [TestCase(StatementEffect.Drop, RequestOutcome.Failed, "old +old -new old")]
    [TestCase(StatementEffect.Drop, RequestOutcome.Skipped, "old +old -new old")]
    [TestCase(StatementEffect.DropUnnamed, RequestOutcome.Succeeded, "- +old -new -")]
    [TestCase(StatementEffect.DropUnnamed, RequestOutcome.Failed, "- +old -new -")]
    [TestCase(StatementEffect.DropUnnamed, RequestOutcome.Skipped, "old +old -new old")]
    [Property("Row", "B94")]
    public void What_a_request_does_comes_true_as_it_ends(StatementEffect effect, RequestOutcome outcome, string after)
    {
        var name = NameOf("a");
        Prepare(name);
        var statement = effect == StatementEffect.Drop ? _old : _new;
        StatementEffects.Propose(effect, name, statement, _server, Cycle);
        StatementEffects.End(effect, outcome, name, statement, _server);
        Assert.That(Describe(name), Is.EqualTo(after));
        CheckReferences(name);
    }

    // The same, seen while it is under way, by its own cycle.
    [TestCase(StatementEffect.Make, "new +old +new old")]
    [TestCase(StatementEffect.MakeUnnamed, "new +old -new new")]
    [TestCase(StatementEffect.Name, "new +old -new old")]
    [TestCase(StatementEffect.Forget, "- +old -new old")]
    [TestCase(StatementEffect.Drop, "- -old -new old")]
    [TestCase(StatementEffect.DropUnnamed, "- +old -new -")]
    [TestCase(StatementEffect.Use, "old +old -new old")]
    public void Success_is_assumed_within_a_cycle(StatementEffect effect, string during)
    {
        var name = NameOf("a");
        Prepare(name);
        StatementEffects.Propose(effect, name, effect == StatementEffect.Drop ? _old : _new, _server, Cycle);
        Assert.That(Describe(name), Is.EqualTo(during));
    }

    [TestCase(StatementEffect.Make, RequestOutcome.Succeeded, "new +old +new old")]
    [TestCase(StatementEffect.Make, RequestOutcome.Failed, "- +old -new old")]
    [TestCase(StatementEffect.Make, RequestOutcome.Skipped, "old +old -new old")]
    [TestCase(StatementEffect.Name, RequestOutcome.Succeeded, "new +old -new old")]
    [TestCase(StatementEffect.Name, RequestOutcome.Skipped, "old +old -new old")]
    public void A_failed_Parse_destroys_the_unnamed_statement_that_was_there(StatementEffect effect, RequestOutcome outcome, string after)
    {
        // With share_unnamed_statements the client's unnamed statement stands for one that has a name on servers.
        var name = _client.Unnamed;
        Prepare(name);
        StatementEffects.Propose(effect, name, _new, _server, Cycle);
        StatementEffects.End(effect, outcome, name, _new, _server);
        Assert.That(Describe(name), Is.EqualTo(after));
        CheckReferences(name);
    }

    [TestCase(StatementEffect.Make, "old +old +new old")]
    [TestCase(StatementEffect.MakeUnnamed, "old +old -new new")]
    [TestCase(StatementEffect.Drop, "old -old -new old")]
    [TestCase(StatementEffect.DropUnnamed, "old +old -new -")]
    public void What_is_sent_ahead_changes_no_name(StatementEffect effect, string after)
    {
        var name = NameOf("a");
        Prepare(name);
        var statement = effect == StatementEffect.Drop ? _old : _new;
        StatementEffects.Propose(effect, name: null, statement, _server, Cycle);
        StatementEffects.End(effect, RequestOutcome.Succeeded, name: null, statement, _server);
        Assert.That(Describe(name), Is.EqualTo(after));
        CheckReferences(name);
    }

    [Test]
    public void References_balance_to_nothing_whatever_happens() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(3_000).WithEndSize(150),
        Prop.ForAll<byte[]>(script => new StatementEffectsTests().Balances(script ?? [])));

    // Requests as they are sent and end, in the order of the queue; a failure skips what was sent behind it.
    private bool Balances(byte[] script)
    {
        ClientStatement[] names = [NameOf("a"), NameOf("b"), _client.Unnamed];
        Statement[] statements = [_old, _new, _registry.Make("third")];
        var sent = new Queue<(StatementEffect Effect, ClientStatement? Name, Statement? Statement)>();
        var cycle = 0;
        foreach (var choice in script)
        {
            var effect = (StatementEffect)(choice % (int)StatementEffect.Commands);
            var name = choice / 16 % 4 is var which && which < names.Length ? names[which] : null;
            var statement = statements[choice / 64 % statements.Length];
            switch (choice % 13)
            {
                case < 8 when effect != StatementEffect.Drop || _server.Has(statement, cycle) == true:
                    name = effect is StatementEffect.Name or StatementEffect.NameAfterParse or StatementEffect.Forget ? name ?? names[0] : name;
                    StatementEffects.Propose(effect, name, statement, _server, cycle);
                    sent.Enqueue((effect, name, statement));
                    break;
                case 8:
                    cycle++;
                    break;
                case 9 when sent.Count > 0:
                    End(sent, RequestOutcome.Failed);
                    End(sent, RequestOutcome.Skipped);
                    break;
                case 10 when sent.Count == 0:
                    _server.OnAllDropped();
                    _client.ClearNamed();
                    break;
                case var _ when sent.TryDequeue(out var done):
                    StatementEffects.End(done.Effect, RequestOutcome.Succeeded, done.Name, done.Statement, _server);
                    break;
            }

            if (_server.Count != statements.Count(one => _server.Has(one, int.MaxValue) ?? _server.Has(one, cycle) ?? false) && sent.Count == 0)
            {
                return false;
            }
        }

        // The connections close.
        End(sent, RequestOutcome.Skipped);
        _server.Clear();
        _client.Clear();
        return _server.Count == 0 && _client.Count == 0 && statements.All(statement => statement.Holders() == (1, 0));
    }

    private void End(Queue<(StatementEffect Effect, ClientStatement? Name, Statement? Statement)> sent, RequestOutcome outcome)
    {
        var isFirst = outcome == RequestOutcome.Failed;
        while (sent.TryDequeue(out var done))
        {
            StatementEffects.End(done.Effect, outcome, done.Name, done.Statement, _server);
            if (isFirst)
            {
                return;
            }
        }
    }

    private ClientStatement NameOf(string name) => _client.GetOrAdd(System.Text.Encoding.ASCII.GetBytes(name), _old);

    private void Prepare(ClientStatement name)
    {
        name.Binding.Set(_old, StatementHolder.Client);
        _server.OnMade(_old);
        _server.Unnamed.Set(_old, StatementHolder.Server);
    }

    private string Describe(ClientStatement name) =>
        $"{TextOf(name.Binding.View)} {Sign(_old)}old {Sign(_new)}new {TextOf(_server.Unnamed.View)}";

    private string Sign(Statement statement) => _server.Has(statement, Cycle) == true ? "+" : "-";

    private static string TextOf(Statement? statement) => statement == Statement.Unknown ? "?" : statement?.Text ?? "-";

    private void CheckReferences(ClientStatement name)
    {
        foreach (var statement in new[] { _old, _new })
        {
            var servers = (_server.Has(statement, Cycle) == true ? 1 : 0) + (_server.Unnamed.View == statement ? 1 : 0);
            Assert.That(statement.Holders(), Is.EqualTo((name.Binding.View == statement ? 2 : 1, servers)));
        }
    }
}
