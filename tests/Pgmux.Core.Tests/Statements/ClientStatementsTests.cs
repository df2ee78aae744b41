using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Pgmux.Core.Statements;

namespace Pgmux.Core.Tests.Statements;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ClientStatementsTests
{
    private readonly StatementRegistry _registry = new(loops: 1);
    private readonly ClientStatements _client = new();

    [Test]
    public void A_name_stands_for_what_it_was_given()
    {
        var statement = _registry.Make("SELECT 1");
        Assert.That(_client.Find("a"u8), Is.Null);
        Set("a", statement);
        Assert.That(_client.Find("a"u8)!.Binding.View, Is.SameAs(statement));
        Assert.That(_client.Find("A"u8), Is.Null);
        Assert.That(_client.Find("aa"u8), Is.Null);
        Assert.That((_client.Count, _client.MostCount), Is.EqualTo((1, 1)));
    }

    [Test]
    public void The_empty_name_is_the_unnamed_statement()
    {
        Assert.That(_client.Find([]), Is.SameAs(_client.Unnamed));
        Assert.That(_client.Unnamed.IsUnnamed, Is.True);
        Assert.That(_client.GetOrAdd([], _registry.Make("SELECT 1")), Is.SameAs(_client.Unnamed));
        Assert.That(_client.Count, Is.Zero);
    }

    [TestCase(63)]
    [TestCase(64)]
    [TestCase(8_000)]
    [TestCase(60_000)]
    [Property("Row", "E12")]
    public void Long_names_are_not_cut(int length)
    {
        var first = _registry.Make("SELECT 1");
        var second = _registry.Make("SELECT 2");
        Set(new string('n', length), first);
        Set(new string('n', length + 1), second);
        Assert.That(View(new string('n', length)), Is.SameAs(first));
        Assert.That(View(new string('n', length + 1)), Is.SameAs(second));
        Assert.That(_client.Find("n"u8), Is.Null);
    }

    [Test, Property("Row", "B93")]
    public void Names_are_bytes_whatever_they_mean()
    {
        byte[][] names = [[0xC3, 0xA9], [0xE9], [0xFF, 0xFE], "e"u8.ToArray(), "\""u8.ToArray(), " "u8.ToArray()];
        var statements = names.Select((_, i) => _registry.Make($"SELECT {i}")).ToArray();
        for (var i = 0; i < names.Length; i++)
        {
            _client.GetOrAdd(names[i], statements[i]).Binding.Set(statements[i], StatementHolder.Client);
        }

        Assert.That(names.Select(name => _client.Find(name)!.Binding.View), Is.EqualTo(statements));
    }

    [Test]
    public void The_name_of_a_statement_is_found_by_its_number()
    {
        var named = _registry.Make("SELECT 1");
        var unnamed = _registry.Make("SELECT 2");
        var other = _registry.Make("SELECT 3");
        Set("a", named);
        _client.Unnamed.Binding.Set(unnamed, StatementHolder.Client);
        Assert.That(_client.NameOf(named.Number), Is.EqualTo("a"u8.ToArray()));
        Assert.That(_client.NameOf(unnamed.Number), Is.Empty);
        Assert.That(_client.NameOf(other.Number), Is.Null);
        _client.Find("a"u8)!.Binding.Propose(null, cycle: 1, StatementHolder.Client);
        Assert.That(_client.NameOf(named.Number), Is.EqualTo("a"u8.ToArray()), "what is being closed still has its name");
        _client.GetOrAdd("b"u8, other).Binding.Propose(other, cycle: 1, StatementHolder.Client);
        Assert.That(_client.NameOf(other.Number), Is.EqualTo("b"u8.ToArray()), "what is being made has its name already");
    }

    [Test, Property("Row", "B99"), Property("Row", "E17")]
    public void Deallocate_all_leaves_the_unnamed_statement_and_what_is_under_way()
    {
        var statement = _registry.Make("SELECT 1");
        Set("a", statement);
        _client.Unnamed.Binding.Set(statement, StatementHolder.Client);
        var coming = _client.GetOrAdd("b"u8, statement);
        coming.Binding.Propose(statement, cycle: 1, StatementHolder.Client);
        _client.ClearNamed();
        Assert.That(View("a"), Is.Null);
        Assert.That(View(""), Is.SameAs(statement));
        Assert.That(View("b"), Is.SameAs(statement));
        coming.Binding.Confirm(statement, StatementHolder.Client);
        Assert.That(View("b"), Is.SameAs(statement));
        Assert.That(_client.Count, Is.EqualTo(1));
    }

    [Test, Property("Row", "B95")]
    public void A_client_that_goes_lets_go_of_everything()
    {
        var statement = _registry.Make("SELECT 1");
        for (var i = 0; i < 100; i++)
        {
            Set($"S_{i}", statement);
        }

        _client.Unnamed.Binding.Set(statement, StatementHolder.Client);
        statement.Release(StatementHolder.Client);
        Assert.That(statement.ClientCount, Is.EqualTo(101));
        _client.Clear();
        Assert.That(statement.IsUnused, Is.True);
        Assert.That(_client.Count, Is.Zero);
    }

    [Test]
    public void A_name_that_stands_for_nothing_is_left_out_when_the_table_grows()
    {
        var statement = _registry.Make("SELECT 1");
        for (var i = 0; i < 10_000; i++)
        {
            Set($"S_{i}", statement);
            Set($"S_{i}", null);
            Assert.That(_client.MostCount, Is.LessThanOrEqualTo(8));
        }

        Assert.That(_client.Count, Is.Zero);
        Assert.That(statement.ClientCount, Is.EqualTo(1));
    }

    [Test]
    public void What_is_under_way_stays_when_the_table_grows()
    {
        var statement = _registry.Make("SELECT 1");
        var coming = _client.GetOrAdd("coming"u8, statement);
        coming.Binding.Propose(statement, cycle: 1, StatementHolder.Client);
        var going = _client.GetOrAdd("going"u8, statement);
        going.Binding.Set(statement, StatementHolder.Client);
        going.Binding.Propose(null, cycle: 1, StatementHolder.Client);
        for (var i = 0; i < 100; i++)
        {
            Set($"S_{i}", statement);
        }

        Assert.That(_client.Find("coming"u8), Is.SameAs(coming));
        Assert.That(_client.Find("going"u8), Is.SameAs(going));
    }

    [Test, Property("Row", "N13")]
    public void Names_that_come_and_go_beside_many_do_not_rebuild_the_table_each_time()
    {
        // All but one of the places that may be taken: three quarters of 131,072.
        const int Kept = (131_072 / 4 * 3) - 1;
        var statement = _registry.Make("SELECT 1");
        for (var i = 0; i < Kept; i++)
        {
            Set($"S_{i}", statement);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            Set($"T_{i}", statement);
            Set($"T_{i}", null);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(16 * 1024 * 1024), "a table of this size takes 1 MiB, the next one 2");
        Assert.That(_client.Count, Is.EqualTo(Kept));
    }

    [Test, Property("Row", "N13"), Property("Row", "R12")]
    public void A_hundred_thousand_names_are_found_without_long_searches()
    {
        const int Names = 100_000;
        var statement = _registry.Make("SELECT 1");
        for (var i = 0; i < Names; i++)
        {
            Set($"{i:d40}", statement);
        }

        for (var i = 0; i < Names; i++)
        {
            Assert.That(View($"{i:d40}") is not null && View($"{i:d41}") is null, Is.True);
        }

        Assert.That((_client.Count, _client.MostCount), Is.EqualTo((Names, Names)));
    }

    [Test, Property("Row", "B175"), Property("Row", "E12")]
    public void Names_have_room_for_so_many_bytes()
    {
        var statement = _registry.Make("SELECT 1");
        var name = new string('n', 60_000);
        var most = ClientStatements.NameBytesLimit / (name.Length + 2);
        Assert.That((_client.NameBytes, _client.HasRoomFor(new byte[ClientStatements.NameBytesLimit])), Is.EqualTo((0, true)));
        Assert.That(_client.HasRoomFor(new byte[ClientStatements.NameBytesLimit + 1]), Is.False);
        for (var i = 0; i < most; i++)
        {
            Assert.That(_client.HasRoomFor(Encoding.ASCII.GetBytes($"{i:d2}{name}")), Is.True);
            Set($"{i:d2}{name}", statement);
        }

        Assert.That(_client.NameBytes, Is.EqualTo(most * (name.Length + 2)));
        Assert.That(_client.HasRoomFor(Encoding.ASCII.GetBytes($"{most:d2}{name}")), Is.False);
        Assert.That(_client.HasRoomFor(new byte[ClientStatements.NameBytesLimit - _client.NameBytes]), Is.True);
        Set($"00{name}", null);
        Assert.That(_client.HasRoomFor(Encoding.ASCII.GetBytes($"{most:d2}{name}")), Is.True, "what stands for nothing makes room");
        Assert.That(View($"01{name}"), Is.SameAs(statement));
    }

    [Test, Property("Row", "B175")]
    public void Bytes_are_those_of_the_statements_that_its_names_stand_for()
    {
        var (first, second) = (_registry.Make("SELECT 1"), _registry.Make("SELECT 'a longer one'"));
        Assert.That(_client.Bytes, Is.Zero);
        Set("a", first);
        Set("b", second);
        Set("c", second);
        Assert.That(_client.Bytes, Is.EqualTo(first.Bytes + (2L * second.Bytes)), "shared ones count each time");
        _client.Find("a"u8)!.Binding.Propose(null, cycle: 1, StatementHolder.Client);
        _client.Find("b"u8)!.Binding.Set(null, StatementHolder.Client);
        Assert.That(_client.Bytes, Is.EqualTo(second.Bytes));
    }

    [Test]
    public void It_agrees_with_a_dictionary_whatever_happens() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(200),
        Prop.ForAll<byte[]>(script => AgreesWithDictionary(script ?? [])));

    private static bool AgreesWithDictionary(byte[] script)
    {
        var registry = new StatementRegistry(loops: 1);
        var statements = Enumerable.Range(0, 3).Select(i => registry.Make($"SELECT {i}")).ToArray();
        var client = new ClientStatements();
        var model = new Dictionary<string, Statement>(StringComparer.Ordinal);
        var isSmall = script.Length > 0 && script[0] % 2 == 0;
        for (var i = 0; i < script.Length; i++)
        {
            var name = isSmall ? $"S_{script[i] % 8}" : $"S_{script[i] / 2}";
            var bytes = Encoding.ASCII.GetBytes(name);
            var statement = statements[i % statements.Length];
            switch (i % 7)
            {
                case < 4:
                    client.GetOrAdd(bytes, statement).Binding.Set(statement, StatementHolder.Client);
                    model[name] = statement;
                    break;
                case < 6:
                    client.Find(bytes)?.Binding.Set(null, StatementHolder.Client);
                    model.Remove(name);
                    break;
                default:
                    if (script[i] < 8)
                    {
                        client.ClearNamed();
                        model.Clear();
                    }

                    break;
            }

            if (client.Count != model.Count || client.MostCount < model.Count
                || statements.Any(one => one.ClientCount != 1 + model.Values.Count(value => value == one)))
            {
                return false;
            }
        }

        var isSame = Enumerable.Range(0, 128).All(i =>
            client.Find(Encoding.ASCII.GetBytes($"S_{i}"))?.Binding.View == model.GetValueOrDefault($"S_{i}"));
        client.Clear();
        return isSame && statements.All(one => one.Holders() == (1, 0));
    }

    private Statement? View(string name) => _client.Find(Encoding.ASCII.GetBytes(name))?.Binding.View;

    private void Set(string name, Statement? statement)
    {
        var bytes = Encoding.ASCII.GetBytes(name);
        var entry = statement is null ? _client.Find(bytes)! : _client.GetOrAdd(bytes, statement);
        entry.Binding.Set(statement, StatementHolder.Client);
    }
}
