using System.Globalization;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Statements;

/// <summary>Ten thousand statements in flight while the client does not read.</summary>
[OnPostgres]
internal sealed class LongPipelineTests(int postgres) : PgmuxFixture(postgres)
{
    private const int Statements = 10_000;
    private const int SmallPadding = 1000;

    /// <summary>All questions together are far above what the sockets of both connections hold.</summary>
    private const int LargePadding = 5000;

    [TestCase(1, 200)]
    [TestCase(100, 200)]
    [TestCase(Statements, 200)]
    [TestCase(100, 1)]
    [Property("Row", "E20"), Property("Row", "B98")]
    public async Task Both_directions_progress_through_ten_thousand_statements(int perCycle, int serverStatements)
    {
        await StartAsync(("default_pool_size", "1"), ("max_prepared_statements", $"{serverStatements}"));
        await using var client = await LoginAsync();
        var sending = SendAllAsync(client, perCycle, SmallPadding);
        var answers = await ReadAnswersAsync(client, Statements / perCycle);

        await sending;
        Assert.That(answers, Is.EqualTo(Enumerable.Range(0, Statements).Select(Nonce)));
    }

    [Test, Property("Row", "E20"), Property("Row", "R07")]
    public async Task A_client_that_reads_only_at_the_end_is_paused_and_gets_everything()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var client = await LoginAsync();
        var sending = SendAllAsync(client, perCycle: 100, LargePadding);

        // Nobody reads: every buffer fills up, then nothing moves any more.
        await Pgmux.WaitUntilRestingAsync();
        var isPaused = !sending.IsCompleted;
        var answers = await ReadAnswersAsync(client, Statements / 100);

        await sending;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(isPaused, Is.True);
            Assert.That(answers, Is.EqualTo(Enumerable.Range(0, Statements).Select(Nonce)));
        }
    }

    /// <summary>Parse anew for every tenth statement, Bind and Execute for each; the answers are as long as the questions.</summary>
    private static async Task SendAllAsync(RawClient client, int perCycle, int padding)
    {
        const int PerSend = 50;
        var value = new string('x', padding);
        for (var first = 0; first < Statements; first += PerSend)
        {
            var messages = new List<byte[]>();
            for (var n = first; n < first + PerSend; n++)
            {
                var name = $"s{n / 10}";
                if (n % 10 == 0)
                {
                    messages.Add(RawMessages.Parse($"SELECT $1 || 'padding' -- {n / 10 % 7}", name));
                }

                messages.Add(RawMessages.Bind(name, Nonce(n) + value));
                messages.Add(RawMessages.Execute());
                if (n % perCycle == perCycle - 1)
                {
                    messages.Add(RawMessages.Sync());
                }
            }

            await client.SendAsync([.. messages]);
        }
    }

    /// <summary>The nonces of all rows up to so many ReadyForQuery.</summary>
    private static async Task<List<string>> ReadAnswersAsync(RawClient client, int ready)
    {
        var answers = new List<string>();
        while (ready > 0)
        {
            var message = await client.ReadAsync() ?? throw new InvalidOperationException($"closed after {answers.Count} answers");
            ready -= message.Type == 'Z' ? 1 : 0;
            if (message.Type == 'D')
            {
                answers.Add(message.Columns()[0]![..12]);
            }
        }

        return answers;
    }

    private static string Nonce(int n) => n.ToString("D12", CultureInfo.InvariantCulture);
}
