using System.Globalization;
using Pgmux.Testing.Processes;

namespace Pgmux.Integration.Tests.Statements;

/// <summary>Clients that leave in the middle, and the servers that they leave behind.</summary>
[OnPostgres]
internal sealed class DepartureTests(int postgres) : PgmuxFixture(postgres)
{
    private const string Text = "SELECT 'nonce ' || $1::text";

    [Test, Property("Row", "B95"), Property("Row", "B64"), Property("Row", "B65"), Property("Row", "E13")]
    public async Task Whatever_byte_a_client_leaves_at_the_next_one_is_served()
    {
        await StartAsync(("default_pool_size", "1"));
        byte[] pipeline =
        [
            .. RawMessages.Query("BEGIN"), .. RawMessages.Parse(Text, "s"), .. RawMessages.Describe('S', "s"), .. RawMessages.Bind("s", "gone"),
            .. RawMessages.Execute(), .. RawMessages.Sync(), .. RawMessages.Query("COMMIT"),
        ];
        var from = Cluster.Log.Count;
        for (var cut = 1; cut <= pipeline.Length; cut += 3)
        {
            var leaving = await LoginAsync();
            await leaving.SendAsync(pipeline[..cut]);
            leaving.Reset();

            await using var next = await LoginAsync();
            var answer = await AskAsync(next, $"{cut}");
            Assert.That(answer, Is.EqualTo($"1 2 D(nonce {cut}) C Z(I)"), $"after a client that left at byte {cut}");
        }

        // Neither a transaction inside another nor half a message has reached a server.
        var log = Cluster.Log.ToString().Split('\n').Skip(from).ToArray();
        Assert.That(log, Has.None.Contains("already a transaction in progress").And.None.Contains("invalid frontend message"));
    }

    [Test, Property("Row", "B60")]
    public async Task Clients_that_abort_while_the_database_is_slow_leave_no_answer_to_others()
    {
        const int Clients = 60;
        await StartAsync(("default_pool_size", "4"));
        var wrong = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async number =>
        {
            var random = new Random(number);
            var faults = new List<string>();
            for (var turn = 0; turn < 8; turn++)
            {
                var nonce = string.Create(CultureInfo.InvariantCulture, $"{number}:{turn}");
                var client = await LoginAsync();
                if (random.Next(2) == 0)
                {
                    await client.SendAsync(
                        RawMessages.Parse("SELECT $1 FROM pg_sleep(0.02)", "slow"), RawMessages.Bind("slow", "late"), RawMessages.Execute(),
                        random.Next(2) == 0 ? RawMessages.Flush() : RawMessages.Sync());
                    client.Reset();
                    continue;
                }

                var answer = await AskAsync(client, nonce);
                if (answer != $"1 2 D(nonce {nonce}) C Z(I)")
                {
                    faults.Add($"{nonce}: {answer}");
                }

                await client.DisposeAsync();
            }

            return faults;
        }));

        Assert.That(wrong.SelectMany(faults => faults), Is.Empty);
    }

    [Test, Property("Row", "E19"), Property("Row", "B80")]
    public async Task A_server_that_dies_between_Parse_and_Bind_gives_one_FATAL_and_the_end()
    {
        await StartAsync(("default_pool_size", "1"));
        await using var client = await LoginAsync();
        await client.SendAsync(RawMessages.Parse(Text, "s"), RawMessages.Flush());
        var prepared = await client.ReadThroughAsync('1');

        // One of a test before may still be on its way out.
        await Cluster.WaitForBackendsAsync("usename = 'app'", 1);
        Assert.That(await Cluster.TerminateBackendsAsync("usename = 'app'"), Is.EqualTo(1));
        await client.TrySendAsync([.. RawMessages.Bind("s", "x"), .. RawMessages.Execute(), .. RawMessages.Close('S', "s"), .. RawMessages.Sync()]);
        var rest = await client.ReadToEndAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(prepared, Has.Count.EqualTo(1));
            Assert.That(rest.Select(message => message.Type), Is.EqualTo("E"));
            Assert.That(rest.Select(message => message.Severity), Is.All.EqualTo("FATAL"));
        }
    }

    [Test, Property("Row", "E18"), Property("Row", "B68")]
    public async Task A_pool_that_stays_exhausted_answers_a_cycle_with_one_FATAL_and_no_ReadyForQuery()
    {
        await StartAsync(("default_pool_size", "1"), ("query_wait_timeout", "1"));
        await using var holder = await LoginAsync();
        await using var client = await LoginAsync();
        await client.SendAsync(RawMessages.Parse(Text, "s"), RawMessages.Sync());
        await client.ReadToReadyAsync();
        await holder.QueryAsync("BEGIN");

        await client.SendAsync(RawMessages.Parse(Text, "t"), RawMessages.Bind("s", "x"), RawMessages.DescribePortal(), RawMessages.Execute());
        var answer = await client.ReadToEndAsync();

        Assert.That(string.Join(' ', answer), Does.Match(@"^E\(FATAL \w+ query_wait_timeout\)$"));
    }

    private static async Task<string> AskAsync(RawClient client, string nonce)
    {
        await client.SendAsync(RawMessages.Parse(Text, "s"), RawMessages.Bind("s", nonce), RawMessages.Execute(), RawMessages.Sync());
        var answer = await client.ReadToReadyAsync();
        return string.Join(' ', answer.Select(message => message.Type switch
        {
            'D' => $"D({message.Columns()[0]})",
            'C' => "C",
            _ => message.ToString(),
        }));
    }
}
