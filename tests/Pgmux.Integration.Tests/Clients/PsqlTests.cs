using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Clients;

[OnPostgres]
internal sealed class PsqlTests(int postgres) : PgmuxFixture(postgres)
{
    [SetUp]
    public Task StartTransactionPoolingAsync() => StartAsync(("default_pool_size", "2"));

    [Test]
    public async Task A_query_returns_its_row()
    {
        var result = await new ToolRunner(Pgmux).PsqlAsync("-c", "SELECT 6 * 7");

        Assert.That(result.Output, Is.EqualTo("42\n"), result.ToString());
    }

    [Test]
    public async Task A_message_of_several_statements_runs_as_one_transaction()
    {
        var psql = new ToolRunner(Pgmux);

        var failing = await psql.PsqlAsync("-c", "CREATE TABLE psql_multi (n int); INSERT INTO psql_multi VALUES (1); SELECT 1/0");
        var after = await psql.PsqlAsync("-c", "SELECT to_regclass('psql_multi') IS NULL");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failing.ExitCode, Is.EqualTo(1), failing.ToString());
            Assert.That(failing.Error, Does.Contain("division by zero"));
            Assert.That(after.Output, Is.EqualTo("t\n"), after.ToString());
        }
    }

    [Test]
    public async Task An_error_leaves_the_session_usable()
    {
        var result = await new ToolRunner(Pgmux).RunAsync("psql", ["-X", "-q", "-A", "-t"], "SELECT nonsense;\nSELECT 'still here';\n");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Error, Does.Contain("column \"nonsense\" does not exist"));
            Assert.That(result.Output, Is.EqualTo("still here\n"));
        }
    }

    [Test]
    public async Task Backslash_copy_moves_rows_in_and_out()
    {
        var rows = string.Concat(Enumerable.Range(1, 5000).Select(n => $"{n}\trow {n}\n"));

        var result = await new ToolRunner(Pgmux).RunAsync(
            "psql",
            ["-X", "-q", "-v", "ON_ERROR_STOP=1"],
            $"CREATE TABLE psql_copy (n int, t text);\n\\copy psql_copy FROM STDIN\n{rows}\\.\n\\copy (SELECT * FROM psql_copy ORDER BY n) TO STDOUT\nDROP TABLE psql_copy;\n");

        Assert.That(result.Output, Is.EqualTo(rows), result.Error);
    }

    [Test]
    public async Task Describing_a_table_works()
    {
        var result = await new ToolRunner(Pgmux).PsqlAsync("-c", "\\d pg_class");

        Assert.That(result.Output, Does.Contain("relname"), result.ToString());
    }
}
