using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Statements;

/// <summary>Texts beyond what pgmux remembers for a client.</summary>
[OnPostgres]
internal sealed class StatementLimitTests(int postgres) : PgmuxFixture(postgres)
{
    private const int TwoMebibytes = 2 << 20;
    private const long MemoryAllowed = 64L << 20;

    [Test, Property("Row", "E21")]
    public async Task A_named_statement_of_two_mebibytes_is_refused_in_its_turn_and_the_connection_lives()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var client = await LoginAsync();
        await client.SendAsync(
            RawMessages.Parse("SELECT 1", "small"), RawMessages.Parse($"SELECT length('{new string('x', TwoMebibytes)}')", "large"),
            RawMessages.Bind("small"), RawMessages.Execute(), RawMessages.Sync());
        var refused = await client.ReadToReadyAsync();
        await client.SendAsync(RawMessages.Bind("large"), RawMessages.Sync());
        var unknown = await client.ReadToReadyAsync();
        await client.SendAsync(RawMessages.Bind("small"), RawMessages.Execute(), RawMessages.Sync());
        var alive = await client.ReadToReadyAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join(' ', refused.Select(message => message.Type == 'E' ? message.SqlState : message.ToString())), Is.EqualTo("1 54000 Z(I)"));
            Assert.That(string.Join(' ', unknown), Is.EqualTo("E(ERROR 26000 prepared statement \"large\" does not exist) Z(I)"));
            Assert.That(string.Join(' ', alive), Is.EqualTo("2 D C(SELECT 1) Z(I)"));
        }
    }

    [Test, Property("Row", "E21")]
    public async Task An_unnamed_statement_of_a_hundred_megabytes_streams_through()
    {
        const int Large = 100 << 20;
        await StartAsync(("default_pool_size", "1"));
        await using var client = await LoginAsync();
        await client.ScalarAsync("SELECT 1");
        var before = Pgmux.ReadCounters().ResidentBytes;

        await client.SendAsync(
            RawMessages.Parse($"SELECT length('{new string('x', Large)}')"), RawMessages.Bind(), RawMessages.Execute(), RawMessages.Sync());
        var answer = await client.ReadToReadyAsync();
        var after = Pgmux.ReadCounters().ResidentBytes;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Where(message => message.Type == 'D').Select(row => row.Columns()[0]), Is.EqualTo(new[] { $"{Large}" }), string.Join(' ', answer));
            Assert.That(after - before, Is.LessThan(MemoryAllowed));
        }
    }

    [Test, Property("Row", "R12"), Property("Row", "N13")]
    public async Task Many_distinct_texts_keep_memory_bounded()
    {
        const int Texts = 20_000;
        await StartAsync(("default_pool_size", "2"));
        await using var client = await LoginAsync();
        var filler = new string('-', 2000);
        var before = Pgmux.ReadCounters().ResidentBytes;
        for (var n = 0; n < Texts; n++)
        {
            await client.SendAsync(
                RawMessages.Parse($"SELECT {n} -- {filler}", "s"), RawMessages.Close('S', "s"), RawMessages.Sync());
            await client.ReadToReadyAsync();
        }

        Assert.That(Pgmux.ReadCounters().ResidentBytes - before, Is.LessThan(MemoryAllowed));
    }
}
