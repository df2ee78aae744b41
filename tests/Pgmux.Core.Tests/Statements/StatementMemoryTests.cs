using System.Text;
using Pgmux.Core.Statements;

namespace Pgmux.Core.Tests.Statements;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase), NonParallelizable]
internal sealed class StatementMemoryTests
{
    private const int Clients = 10_000;

    // The promise of the registry: an entry of a client costs less.
    private const int EntryBytesLimit = 100;

    private readonly StatementRegistry _registry = new(loops: 2);

    // As JDBC, psycopg, Npgsql and pgx name them, and the numbers of statements just before and just after their table has grown.
    [Test, Combinatorial, Property("Row", "N13"), Property("Row", "R12")]
    public void A_name_of_a_client_costs_under_a_hundred_bytes(
        [Values("S_{0}", "_pg3_{0}", "_p{0}", "stmtcache_{1:x48}")] string format, [Values(12, 13, 24, 25)] int count, [Values] bool isSameOrder)
    {
        var statements = Enumerable.Range(0, count).Select(i => _registry.Make($"SELECT {i}")).ToArray();
        var names = Enumerable.Range(0, count).Select(i => Encoding.ASCII.GetBytes(
            string.Format(System.Globalization.CultureInfo.InvariantCulture, format, i, UInt128.One * (ulong)(i + 7) * ulong.MaxValue))).ToArray();
        var clients = new ClientStatements[Clients];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Clients; i++)
        {
            clients[i] = new ClientStatements();
            for (var j = 0; j < count; j++)
            {
                // Who prepares in another order has other numbers for the same statements.
                var statement = statements[isSameOrder ? j : (i + j) % count];
                clients[i].GetOrAdd(names[j], statement).Binding.Set(statement, StatementHolder.Client);
            }
        }

        var entryBytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)(Clients * count);
        TestContext.Out.WriteLine($"{entryBytes:f1} bytes");
        Assert.That(entryBytes, Is.LessThan(EntryBytesLimit));
        Assert.That(clients.Sum(client => client.Count), Is.EqualTo(Clients * count));
        Assert.That(_registry.Count, Is.EqualTo(count), "each statement stands in memory once");
        Assert.That(statements.Select(statement => statement.ClientCount), Has.All.EqualTo(Clients + 1));
    }

    [Test, Property("Row", "R12"), Property("Row", "B175")]
    public void A_client_with_a_million_texts_stays_within_the_limit_of_bytes()
    {
        const int Texts = 1_000_000;
        _registry.BytesLimit = 4 * 1024 * 1024;
        var client = new ClientStatements();
        var refused = 0;
        for (var i = 0; i < Texts; i++)
        {
            var text = Definitions.Of($"SELECT {i}");
            if (_registry.Intern(StatementLevel.Protocol, text) is not { } statement)
            {
                refused++;
                continue;
            }

            client.GetOrAdd(Encoding.ASCII.GetBytes($"S_{i}"), statement).Binding.Set(statement, StatementHolder.Client);
            statement.Release(StatementHolder.Client);
        }

        Assert.That(_registry.Bytes, Is.LessThanOrEqualTo(_registry.BytesLimit));
        Assert.That(client.Count, Is.EqualTo(Texts - refused).And.LessThan(_registry.BytesLimit / Statement.OverheadBytes));

        // It gives back all of it.
        client.Clear();
        Assert.That(_registry.Snapshot(), Is.Empty);
        Assert.That(_registry.Count, Is.LessThanOrEqualTo(StatementRegistry.UnusedCountLimit));
        Assert.That(_registry.Make("SELECT 'another client'"), Is.Not.Null);
    }

    [Test]
    public void A_statement_costs_no_more_beside_its_text_than_it_is_counted_with()
    {
        const int Statements = 100_000;
        var registry = new StatementRegistry(loops: 2) { BytesLimit = long.MaxValue };
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Statements; i++)
        {
            registry.Make($"SELECT {i}");
        }

        var counted = registry.Bytes;
        var used = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(registry);
        Assert.That(used, Is.LessThan(counted));
    }

    [Test, Property("Row", "N13")]
    public void Names_that_many_clients_have_stand_in_memory_once()
    {
        var statement = _registry.Make("SELECT 1");
        var other = _registry.Make("SELECT 2");
        var first = new ClientStatements().GetOrAdd("S_1"u8, statement);
        Assert.That(new ClientStatements().GetOrAdd("S_1"u8, statement).Name, Is.SameAs(first.Name));
        Assert.That(new ClientStatements().GetOrAdd("S_1"u8, other).Name, Is.SameAs(first.Name));
        Assert.That(new ClientStatements().GetOrAdd("S_2"u8, statement).Name, Is.EqualTo("S_2"u8.ToArray()));
    }

    [Test, Property("Row", "E12")]
    public void Long_names_are_kept_by_their_clients_alone()
    {
        var name = new byte[60_000];
        name.AsSpan().Fill((byte)'n');
        var statement = _registry.Make("SELECT 1");
        var first = new ClientStatements().GetOrAdd(name, statement);
        Assert.That(new ClientStatements().GetOrAdd(name, statement).Name, Is.EqualTo(first.Name).And.Not.SameAs(first.Name));
    }
}
