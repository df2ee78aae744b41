using System.Text;
using Pgmux.Core.Statements;
using Pgmux.Core.Statements.Sql;

namespace Pgmux.Core.Tests.Statements;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class StatementRegistryTests
{
    private readonly StatementRegistry _registry = new(loops: 2);

    [Test]
    public void The_same_definition_is_the_same_statement()
    {
        var first = _registry.Make("SELECT 1");
        Assert.That(_registry.Make("SELECT 1"), Is.SameAs(first));
        Assert.That(first.Holders(), Is.EqualTo((2, 0)));
        Assert.That(_registry.Count, Is.EqualTo(1));
        Assert.That(_registry.Bytes, Is.EqualTo(first.Bytes));
    }

    [Test, Property("Row", "B106")]
    public void Text_parameter_types_and_level_make_the_statement()
    {
        Statement[] all =
        [
            _registry.Make("SELECT $1"),
            _registry.Make("SELECT $1 "),
            _registry.Make("select $1"),
            _registry.Make("SELECT $1", 23),
            _registry.Make("SELECT $1", 20),
            _registry.Make("SELECT $1", 23, 23),
            _registry.Intern(StatementLevel.Sql, Definitions.Of("SELECT $1"))!,
        ];
        Assert.That(all, Is.Unique);
        Assert.That(all.Select(statement => statement.Number), Is.Unique);
        Assert.That(all.Select(NameOf), Is.Unique);
    }

    [Test, Property("Row", "B90")]
    public void Equal_hashes_do_not_make_equal_statements()
    {
        var registry = new StatementRegistry(loops: 1, new EqualHash());
        var all = Enumerable.Range(0, 100).Select(i => registry.Make($"SELECT {i}")).ToArray();
        Assert.That(all, Is.Unique);
        Assert.That(Enumerable.Range(0, 100).Select(i => registry.Make($"SELECT {i}")), Is.EqualTo(all));
        Assert.That(registry.Make("SELECT $1", 23), Is.Not.SameAs(registry.Make("SELECT $1", 20)));
        Assert.That(registry.Snapshot(), Has.Count.EqualTo(102));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [Property("Row", "B90")]
    public void One_of_several_with_the_same_hash_can_go(int dropped)
    {
        var registry = new StatementRegistry(loops: 1, new EqualHash());
        var all = Enumerable.Range(0, 3).Select(i => registry.CreateUnshared(StatementLevel.Protocol, Definitions.Of($"{i}"), commands: null)!).ToList();
        var shared = registry.Make("SELECT 1");
        all[dropped].Release(StatementHolder.Client);
        all.RemoveAt(dropped);
        Assert.That(registry.Snapshot(), Is.EquivalentTo(all.Append(shared)));
        Assert.That(registry.Make("SELECT 1"), Is.SameAs(shared));
        Assert.That(registry.Count, Is.EqualTo(3));
    }

    [Test]
    public void Two_texts_that_collide_in_32_bit_hashes_of_others_stay_apart()
    {
        // Known pairs of FNV-1a.
        Assert.That(_registry.Make("costarring"), Is.Not.SameAs(_registry.Make("liquid")));
        Assert.That(_registry.Make("declinate"), Is.Not.SameAs(_registry.Make("macallums")));
    }

    [Test, Property("Row", "B91"), Property("Row", "R12")]
    public void No_name_is_given_twice_over_a_million_statements()
    {
        const int Statements = 1_000_000;
        var names = new HashSet<long>(Statements);
        var last = 0L;
        var notGreater = 0;
        for (var i = 0; i < Statements; i++)
        {
            // A text comes again after the registry has forgotten it.
            var statement = _registry.Make($"SELECT {i % 10_000}");
            notGreater += statement.Number > last ? 0 : 1;
            last = statement.Number;
            names.Add(BitConverter.ToInt64(System.Security.Cryptography.SHA256.HashData(statement.ServerName)));
            statement.Release(StatementHolder.Client);
        }

        Assert.That(notGreater, Is.Zero);
        Assert.That(names, Has.Count.EqualTo(Statements));
        Assert.That(_registry.Count, Is.EqualTo(StatementRegistry.UnusedCountLimit));
        Assert.That(_registry.Snapshot(), Is.Empty);
    }

    [Test]
    public void Clients_and_servers_hold_a_statement()
    {
        var statement = _registry.Make("SELECT 1");
        statement.Add(StatementHolder.Server);
        statement.Release(StatementHolder.Client);
        Assert.That(statement.IsUnused, Is.False);
        Assert.That(_registry.Snapshot(), Is.EqualTo(new[] { statement }));
        statement.Release(StatementHolder.Server);
        Assert.That(statement.IsUnused, Is.True);
        Assert.That(_registry.Snapshot(), Is.Empty);
        Assert.That(_registry.Count, Is.EqualTo(1), "it is known for a while");
        Assert.That(_registry.Make("SELECT 1"), Is.SameAs(statement));
        Assert.That(_registry.Snapshot(), Is.EqualTo(new[] { statement }));
    }

    [Test]
    public void Unused_statements_go_the_oldest_first()
    {
        var all = Enumerable.Range(0, StatementRegistry.UnusedCountLimit + 3).Select(i => _registry.Make($"SELECT {i}")).ToArray();
        foreach (var statement in all)
        {
            statement.Release(StatementHolder.Client);
        }

        Assert.That(_registry.Count, Is.EqualTo(StatementRegistry.UnusedCountLimit));
        Assert.That(_registry.Make("SELECT 3"), Is.SameAs(all[3]));
        Assert.That(_registry.Make("SELECT 2"), Is.Not.SameAs(all[2]));

        // The one that is used again has left a place.
        all[3].Release(StatementHolder.Client);
        Assert.That(_registry.Make("SELECT 4"), Is.SameAs(all[4]), "it was the oldest, but there was room");
    }

    [Test]
    public void Unused_statements_take_a_bounded_number_of_bytes()
    {
        const int TextBytes = 64 * 1024;
        var most = (int)(StatementRegistry.UnusedBytesLimit / (TextBytes + Statement.OverheadBytes));
        for (var i = 0; i < most * 2; i++)
        {
            _registry.Make($"SELECT {i} -- {new string('x', TextBytes)}").Release(StatementHolder.Client);
            Assert.That(_registry.Bytes, Is.LessThanOrEqualTo(StatementRegistry.UnusedBytesLimit));
        }

        Assert.That(_registry.Count, Is.InRange(most - 1, most));
    }

    [Test]
    public void When_all_bytes_are_held_there_is_no_room()
    {
        var first = _registry.Make("SELECT 1");
        _registry.BytesLimit = first.Bytes * 2;
        var second = _registry.Make("SELECT 2");
        Assert.That(second, Is.Not.Null);
        Assert.That(_registry.Make("SELECT 3"), Is.Null);
        Assert.That(_registry.CreateUnshared(StatementLevel.Protocol, Definitions.Of("SELECT 3"), commands: null), Is.Null);
        Assert.That(_registry.Make("SELECT 1"), Is.SameAs(first), "what is known needs no room");
        Assert.That(_registry.Bytes, Is.EqualTo(_registry.BytesLimit));
    }

    [Test]
    public void Room_is_made_from_what_nobody_holds_the_oldest_first()
    {
        var all = Enumerable.Range(0, 3).Select(i => _registry.Make($"SELECT {i}")).ToArray();
        _registry.BytesLimit = _registry.Bytes;
        all[1].Release(StatementHolder.Client);
        all[0].Release(StatementHolder.Client);
        var made = _registry.Make("SELECT 3");
        Assert.That(made, Is.Not.Null);
        Assert.That(_registry.Make("SELECT 0"), Is.SameAs(all[0]), "it was let go later");
        Assert.That(_registry.Make("SELECT 1"), Is.Null);
        Assert.That(_registry.Count, Is.EqualTo(3));
    }

    [Test]
    public void A_lower_limit_takes_nothing_away_from_those_who_hold_it()
    {
        var held = _registry.Make("SELECT 1");
        _registry.BytesLimit = 1;
        Assert.That(_registry.Make("SELECT 1"), Is.SameAs(held));
        Assert.That(_registry.Make("SELECT 2"), Is.Null);
        _registry.BytesLimit = 10_000;
        Assert.That(_registry.Make("SELECT 2"), Is.Not.Null);
    }

    [Test, Property("Row", "B175")]
    public void Nobody_gets_more_than_a_quarter_when_half_of_the_room_is_taken()
    {
        var (greedy, modest) = (new ClientStatements(), new ClientStatements());
        _registry.BytesLimit = 100_000;
        for (var i = 0; _registry.Bytes <= _registry.BytesLimit / 2; i++)
        {
            Assert.That(_registry.IsTooMuchFor(greedy, bytes: 1), Is.False, "while there is room for all");
            _registry.Give(greedy, $"S_{i}", StatementLevel.Protocol, $"SELECT {i}\0\0\0");
        }

        Assert.That(_registry.IsTooMuchFor(greedy, bytes: 1), Is.True);
        Assert.That(_registry.IsTooMuchFor(modest, bytes: 25_000), Is.False);
        Assert.That(_registry.IsTooMuchFor(modest, bytes: 25_001), Is.True);
        _registry.Give(modest, "S_0", StatementLevel.Protocol, "SELECT 0\0\0\0");
        Assert.That(_registry.IsTooMuchFor(modest, bytes: 25_000), Is.True);
        _registry.BytesLimit *= 4;
        Assert.That(_registry.IsTooMuchFor(greedy, bytes: 1), Is.False);
    }

    [Test, Property("Row", "R12")]
    public void The_number_of_statements_is_bounded()
    {
        _registry.BytesLimit = long.MaxValue;
        var text = new byte[sizeof(int)];
        var refused = 0;
        for (var i = 0; i < StatementRegistry.CountLimit; i++)
        {
            BitConverter.TryWriteBytes(text, i);
            refused += _registry.Intern(StatementLevel.Protocol, text) is null ? 1 : 0;
        }

        Assert.That(refused, Is.Zero);
        BitConverter.TryWriteBytes(text, StatementRegistry.CountLimit);
        Assert.That(_registry.Intern(StatementLevel.Protocol, text), Is.Null);
        BitConverter.TryWriteBytes(text, 7);
        var known = _registry.Intern(StatementLevel.Protocol, text)!;
        known.Release(StatementHolder.Client);
        known.Release(StatementHolder.Client);
        BitConverter.TryWriteBytes(text, StatementRegistry.CountLimit);
        Assert.That(_registry.Intern(StatementLevel.Protocol, text), Is.Not.Null, "one that nobody holds makes room");
        Assert.That(_registry.Count, Is.EqualTo(StatementRegistry.CountLimit));
    }

    [Test]
    public void Unshared_statements_are_nobody_elses_and_go_at_once()
    {
        var shared = _registry.Make("SELECT 1");
        var own = _registry.CreateUnshared(StatementLevel.Protocol, Definitions.Of("SELECT 1"), commands: null)!;
        Assert.That(own, Is.Not.SameAs(shared));
        Assert.That(own.ServerName, Is.Not.EqualTo(shared.ServerName));
        Assert.That(_registry.Make("SELECT 1"), Is.SameAs(shared));
        Assert.That(_registry.Snapshot(), Is.EquivalentTo(new[] { shared, own }));
        own.Release(StatementHolder.Client);
        Assert.That(_registry.Count, Is.EqualTo(1));
        Assert.That(_registry.Bytes, Is.EqualTo(shared.Bytes));
    }

    [Test]
    public void Commands_let_go_of_their_statements_with_the_one_that_they_stand_in()
    {
        var made = _registry.Make("made");
        var required = _registry.CreateUnshared(StatementLevel.Protocol, Definitions.Of("required"), commands: null)!;
        var commands = new StatementCommands(
            new ClientStatements(), [new StatementCommandStep(StatementCommandKind.Prepare, [], made)], [required]);
        var text = _registry.CreateUnshared(StatementLevel.Protocol, Definitions.Of("PREPARE"), commands)!;
        Assert.That(_registry.Count, Is.EqualTo(3));
        text.Release(StatementHolder.Client);
        Assert.That((made.IsUnused, required.IsUnused), Is.EqualTo((true, true)));
        Assert.That(_registry.Count, Is.EqualTo(1), "the shared one is known for a while");
    }

    [Test, Property("Row", "N13")]
    public void Statements_that_execute_one_another_make_no_endless_chain()
    {
        // Each has only the next one to hold it; letting go of the last goes through all of them.
        var last = _registry.Make("SELECT 1");
        for (var depth = 1; depth <= StatementCommands.DepthLimit; depth++)
        {
            last = Execute(last)!;
            Assert.That(last.Commands!.Depth, Is.EqualTo(depth));
        }

        Assert.That(Execute(last), Is.Null);
        Assert.That(_registry.Count, Is.EqualTo(StatementCommands.DepthLimit + 1));
        last.Release(StatementHolder.Client);
        Assert.That(_registry.Count, Is.EqualTo(1), "the shared one is known for a while");
        Assert.That(_registry.Snapshot(), Is.Empty);
    }

    [Test]
    public void A_statement_that_is_in_nobodys_books_can_come_and_go()
    {
        var untracked = _registry.CreateUntracked();
        Assert.That((untracked.IsReplayable, untracked.Holders(), _registry.Count), Is.EqualTo((false, (1, 0), 0)));
        untracked.Release(StatementHolder.Client);
        untracked.Add(StatementHolder.Server);
        untracked.Release(StatementHolder.Server);
        Assert.That((untracked.IsUnused, _registry.Count, _registry.Bytes), Is.EqualTo((true, 0, 0L)));
    }

    [Test]
    public void Releasing_after_the_registry_has_dropped_it_changes_nothing()
    {
        var own = _registry.CreateUnshared(StatementLevel.Protocol, Definitions.Of("SELECT 1"), commands: null)!;
        own.Release(StatementHolder.Client);
        Assert.That(_registry.Count, Is.Zero);
        own.Add(StatementHolder.Server);
        own.Release(StatementHolder.Server);
        Assert.That((_registry.Count, _registry.Bytes), Is.EqualTo((0, 0L)));
    }

    [Test]
    public void Hits_of_all_loops_are_summed()
    {
        var statement = _registry.Make("SELECT 1");
        statement.CountHit(0);
        statement.CountHit(1);
        statement.CountHit(1);
        Assert.That(statement.Hits, Is.EqualTo(3));
    }

    [TestCase(StatementLevel.Protocol, "SELECT 1", "SELECT 1")]
    [TestCase(StatementLevel.Protocol, " é ", "é")]
    [TestCase(StatementLevel.Sql, " (int) AS SELECT $1", "(int) AS SELECT $1")]
    public void The_text_is_for_people(StatementLevel level, string text, string shown)
    {
        var definition = level == StatementLevel.Sql ? Encoding.UTF8.GetBytes(text) : Definitions.Of(text, 23);
        Assert.That(_registry.Intern(level, definition)!.Text, Is.EqualTo(shown));
    }

    [Test, Property("Row", "B98")]
    public void The_books_are_right_when_all_loops_use_them_at_once()
    {
        const int Threads = 4;
        const int Operations = 100_000;
        const int Texts = StatementRegistry.UnusedCountLimit + 200;
        var definitions = Enumerable.Range(0, Texts).Select(i => Definitions.Of($"SELECT {i}")).ToArray();
        var broken = 0;
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, thread =>
        {
            var random = new Random(thread);
            var held = new Queue<Statement>();
            for (var i = 0; i < Operations; i++)
            {
                var text = definitions[random.Next(Texts)];
                var statement = i % 50 == 0
                    ? _registry.CreateUnshared(StatementLevel.Protocol, text, commands: null)!
                    : _registry.Intern(StatementLevel.Protocol, text)!;
                Interlocked.Add(ref broken, statement.Definition.AsSpan().SequenceEqual(text) ? 0 : 1);
                held.Enqueue(statement);
                if (i % 3 == 0)
                {
                    statement.Add(StatementHolder.Server);
                    statement.Release(StatementHolder.Server);
                }

                if (held.Count > 8)
                {
                    held.Dequeue().Release(StatementHolder.Client);
                }
            }

            while (held.TryDequeue(out var statement))
            {
                statement.Release(StatementHolder.Client);
            }
        });

        Assert.That(broken, Is.Zero);
        Assert.That(_registry.Snapshot(), Is.Empty);
        Assert.That(_registry.Count, Is.InRange(1, StatementRegistry.UnusedCountLimit));

        // What is left can be made room of to the last byte.
        _registry.BytesLimit = Definitions.Of("last").Length + Statement.OverheadBytes;
        var last = _registry.Make("last");
        Assert.That(last, Is.Not.Null);
        Assert.That((_registry.Count, _registry.Bytes), Is.EqualTo((1, (long)last.Bytes)));
    }

    [Test, Property("Row", "B92")]
    public void Two_processes_have_no_name_in_common()
    {
        var other = new StatementRegistry(loops: 1);
        Assert.That(NameOf(other.Make("SELECT 1")), Is.Not.EqualTo(NameOf(_registry.Make("SELECT 1"))));
    }

    private Statement? Execute(Statement statement) => _registry.CreateUnshared(
        StatementLevel.Protocol, Definitions.Of("EXECUTE"), new StatementCommands(new ClientStatements(), [], [statement]));

    private static string NameOf(Statement statement) => Encoding.ASCII.GetString(statement.ServerName);
}
