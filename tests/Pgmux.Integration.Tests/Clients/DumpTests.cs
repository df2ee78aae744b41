using Pgmux.Testing.Postgres;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Clients;

/// <summary>
/// pg_dump refuses a server newer than itself and Debian's is version 15: what is dumped through one pgmux in front of version 15 is
/// restored through another in front of the tested version.
/// </summary>
[OnPostgres]
internal sealed class DumpTests(int postgres) : PgmuxFixture(postgres)
{
    private const string Content = """
        CREATE TABLE books (id int PRIMARY KEY, title text NOT NULL, price numeric(8, 2) CHECK (price > 0));
        CREATE INDEX books_title ON books (title);
        CREATE VIEW cheap AS SELECT title FROM books WHERE price < 10;
        CREATE SEQUENCE numbers START 42;
        CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2';
        INSERT INTO books SELECT n, 'title ' || n, n + 0.5 FROM generate_series(1, 2000) n;
        """;

    private const string Fingerprint = "SELECT count(*), sum(price), md5(string_agg(title, ',' ORDER BY id)), (SELECT count(*) FROM cheap), twice(21) FROM books";

    [Test]
    public async Task A_dump_piped_into_psql_restores_the_database_in_session_mode()
    {
        var source = await PostgresClusters.GetAsync(PostgresVersions.Oldest);
        await source.ExecuteAsync("DROP DATABASE IF EXISTS dump_source");
        await Cluster.ExecuteAsync("DROP DATABASE IF EXISTS dump_target");
        await source.ExecuteAsync("CREATE DATABASE dump_source OWNER app");
        await Cluster.ExecuteAsync("CREATE DATABASE dump_target OWNER app");
        await using var front = await PgmuxProcess.StartAsync(PgmuxSettings.For(source, ("pool_mode", "session")));
        await StartAsync(("pool_mode", "session"));
        var from = new ToolRunner(front, database: "dump_source");
        var into = new ToolRunner(Pgmux, database: "dump_target");

        var filled = await from.PsqlAsync("-c", Content);
        var dump = await from.RunAsync("pg_dump", []);
        var restored = await into.RunAsync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1"], dump.Output);
        var expected = await from.PsqlAsync("-c", Fingerprint);
        var actual = await into.PsqlAsync("-c", Fingerprint);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(filled.ExitCode, Is.Zero, filled.Error);
            Assert.That(dump.ExitCode, Is.Zero, dump.Error);
            Assert.That(restored.ExitCode, Is.Zero, restored.Error);
            Assert.That(actual.Output, Does.StartWith("2000|"));
            Assert.That(actual.Output, Is.EqualTo(expected.Output));
        }
    }
}
