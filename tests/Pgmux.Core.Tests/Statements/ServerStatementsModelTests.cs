using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Statements;

namespace Pgmux.Core.Tests.Statements;

/// <summary>
/// Drives the statements of a server as pgmux does (room is made before a statement is, within a cycle success is assumed, what earlier
/// cycles decide about is left alone) and compares them with a plain list.
/// </summary>
[TestFixture]
internal sealed class ServerStatementsModelTests
{
    private const int Texts = 8;

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(5)]
    [TestCase(200)]
    [Property("Row", "B98"), Property("Row", "E13")]
    public void They_agree_with_a_list_and_stay_within_their_limit(int limit) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(200),
        Prop.ForAll<byte[]>(script => new Run(limit).Play(script ?? [])));

    private sealed class Run
    {
        private readonly int _limit;
        private readonly ServerStatements _server = new();
        private readonly Statement[] _all;

        // What the server really has, the least recently used first as pgmux has sent it, and what is under way.
        private readonly HashSet<Statement> _there = [];
        private readonly List<Statement> _order = [];
        private readonly Queue<(Statement Statement, bool IsMake, int Cycle)> _sent = [];
        private int _cycle;

        public Run(int limit)
        {
            _limit = limit;
            var registry = new StatementRegistry(loops: 1);
            _all = [.. Enumerable.Range(0, Texts).Select(i => registry.Make($"{i}"))];
        }

        public bool Play(byte[] script)
        {
            foreach (var choice in script)
            {
                switch (choice % 8)
                {
                    case < 4:
                        Need(_all[choice / 8 % Texts]);
                        break;
                    case 4:
                        _cycle++;
                        break;
                    case 5 or 6:
                        Answer();
                        break;
                    default:
                        Fail();
                        break;
                }

                Assert.That(_server.Count, Is.LessThanOrEqualTo(_limit));
                Assert.That(_there, Has.Count.LessThanOrEqualTo(_limit), "on the server itself");
            }

            while (_sent.Count > 0)
            {
                Answer();
            }

            Assert.That(_all.Where(statement => _server.Has(statement, _cycle) == true), Is.EquivalentTo(_there));
            Assert.That(_server.Count, Is.EqualTo(_there.Count));
            CheckOrder();
            _server.Clear();
            return _all.All(statement => statement.Holders() == (1, 0));
        }

        private void Need(Statement statement)
        {
            switch (_server.Has(statement, _cycle))
            {
                case null:
                    Assert.That(_sent.Any(one => one.Statement == statement && one.Cycle != _cycle), "only earlier cycles leave it open");
                    return;
                case true:
                    _server.Touch(statement);
                    Use(statement);
                    return;
            }

            while (_server.Count >= _limit)
            {
                if (_server.FindVictim(_cycle, spared: null) is not { } victim)
                {
                    Assert.That(_sent.Any(one => one.Cycle != _cycle), "earlier cycles hold all places");
                    return;
                }

                Assert.That(_sent.Any(one => one.Statement == victim && one.Cycle != _cycle), Is.False);
                _server.ProposeClosed(victim, _cycle);
                _sent.Enqueue((victim, false, _cycle));
            }

            _server.ProposeMade(statement, _cycle);
            _sent.Enqueue((statement, true, _cycle));
            Use(statement);
        }

        private void Use(Statement statement)
        {
            _order.Remove(statement);
            _order.Add(statement);
        }

        private void Answer()
        {
            if (_sent.TryDequeue(out var done))
            {
                Assert.That(done.IsMake ? _there.Add(done.Statement) : _there.Remove(done.Statement), "the server would have refused it");
                _server.Confirm(done.Statement, done.IsMake ? done.Statement : null);
            }
        }

        // An error: the rest of its cycle is skipped.
        private void Fail()
        {
            if (!_sent.TryPeek(out var failed))
            {
                return;
            }

            while (_sent.TryPeek(out var one) && one.Cycle == failed.Cycle)
            {
                _sent.Dequeue();
                _server.TakeBack(one.Statement, one.IsMake ? one.Statement : null);
            }

            // The server goes on at the next cycle, and so does the client.
            _cycle += failed.Cycle == _cycle ? 1 : 0;
        }

        private void CheckOrder()
        {
            foreach (var statement in _order.Where(_there.Contains).ToArray())
            {
                _server.Touch(statement);
            }

            foreach (var statement in _order.Where(_there.Contains))
            {
                var victim = _server.FindVictim(_cycle + 1, spared: null);
                Assert.That(victim, Is.SameAs(statement));
                _server.ProposeClosed(statement, _cycle + 1);
                _server.Confirm(statement, null);
            }
        }
    }
}
