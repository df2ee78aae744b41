using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Statements;

/// <summary>psycopg 3 prepares by name, closes with DEALLOCATE and has libpq's pipeline mode.</summary>
[OnPostgres]
internal sealed class PsycopgTests(int postgres) : PgmuxFixture(postgres)
{
    [TestCase(200)]
    [TestCase(3)]
    [Property("Row", "E17"), Property("Row", "E20"), Property("Row", "B99")]
    public async Task Statements_and_pipelines_of_eight_sessions_share_two_servers(int serverStatements)
    {
        await StartAsync(("default_pool_size", "2"), ("max_prepared_statements", $"{serverStatements}"));
        var python = Environment.GetEnvironmentVariable("PGMUX_PYTHON") ?? "/usr/bin/python3";

        var result = await new ToolRunner(Pgmux).RunAsync([python, Path.Combine(AppContext.BaseDirectory, "Statements", "psycopg_statements.py")]);

        Assert.That(result.Output, Is.EqualTo("every answer was right\n"), $"tests/run.sh installs psycopg\n{result}");
    }
}
