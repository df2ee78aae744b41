using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Statements;

[OnPostgres]
internal sealed class PsqlStatementTests(int postgres) : PgmuxFixture(postgres)
{
    [Test, Property("Row", "E17")]
    public async Task PREPARE_EXECUTE_and_DEALLOCATE_work_in_psql_while_the_servers_are_shared()
    {
        await StartAsync(("default_pool_size", "2"));
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(session => new ToolRunner(Pgmux).RunAsync(
            "psql",
            ["-X", "-q", "-A", "-t"],
            string.Concat(Enumerable.Repeat(
                $"PREPARE answer (int) AS SELECT {session} * 1000 + $1;\nEXECUTE answer(42);\nBEGIN;\nEXECUTE answer(43);\nCOMMIT;\nDEALLOCATE answer;\nEXECUTE answer(1);\n", 20)))));

        using (Assert.EnterMultipleScope())
        {
            for (var session = 0; session < results.Length; session++)
            {
                Assert.That(results[session].Output, Is.EqualTo(string.Concat(Enumerable.Repeat($"{(session * 1000) + 42}\n{(session * 1000) + 43}\n", 20))), results[session].Error);
                Assert.That(results[session].Error.Split("prepared statement \"answer\" does not exist"), Has.Length.EqualTo(21), results[session].Error);
            }
        }
    }

    [Test]
    public async Task Backslash_gdesc_describes_without_executing()
    {
        await StartAsync(("default_pool_size", "2"));

        var result = await new ToolRunner(Pgmux).RunAsync("psql", ["-X", "-q", "-A", "-t"], "SELECT 1 AS n, 'x'::text AS t \\gdesc\nSELECT 2;\n");

        Assert.That(result.Output, Is.EqualTo("n|integer\nt|text\n2\n"), result.Error);
    }
}
