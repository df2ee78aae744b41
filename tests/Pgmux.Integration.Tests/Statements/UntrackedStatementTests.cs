using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Statements;

/// <summary>With max_prepared_statements = 0 servers are lent with the statements that are on them, as PgBouncer does it then.</summary>
[OnPostgres]
internal sealed class UntrackedStatementTests(int postgres) : PgmuxFixture(postgres)
{
    [TestCase("")]
    [TestCase("named")]
    public async Task Bind_without_its_own_Parse_runs_what_the_last_client_has_left(string name)
    {
        await StartAsync(("default_pool_size", "1"), ("max_prepared_statements", "0"));
        await using var first = await LoginAsync();
        await using var second = await LoginAsync();
        await first.SendAsync(RawMessages.Parse("SELECT 'of the first'", name), RawMessages.Sync());
        await first.ReadToReadyAsync();
        await second.SendAsync(RawMessages.Bind(name), RawMessages.Execute(), RawMessages.Sync());
        var answer = await second.ReadToReadyAsync();

        Assert.That(answer.Where(message => message.Type == 'D').SelectMany(row => row.Columns()), Is.EqualTo(new[] { "of the first" }), string.Join(' ', answer));
    }
}
