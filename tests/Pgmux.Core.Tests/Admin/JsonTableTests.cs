using System.Text.Json;
using Pgmux.Core.Admin;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Tests.Admin;

/// <summary>SHOW ... AS JSON.</summary>
[TestFixture]
internal sealed class JsonTableTests
{
    private static readonly IEnumerable<string> Words =
        ShowCommands.All.Select(show => show.Word).Append("timezone");

    [TestCaseSource(nameof(Words))]
    public async Task Every_table_is_one_row_of_one_column_with_the_same_rows_in_it(string word)
    {
        var rig = Rig();
        var table = await rig.QueryAsync($"SHOW {word}");
        var json = await rig.QueryAsync($"show {word} as json;");
        Assert.That((json.Length, json[0], json[2], json[3]), Is.EqualTo((4, "T(json:25)", "C(SHOW)", "Z(I)")));
        using var document = JsonDocument.Parse(json[1][2..^1]);
        var columns = table[0][2..^1].Split(',').Select(column => column.Split(':')).ToArray();
        Assert.That(document.RootElement.GetArrayLength(), Is.EqualTo(table.Length - 3));
        foreach (var row in document.RootElement.EnumerateArray())
        {
            Assert.That(row.EnumerateObject().Select(property => property.Name), Is.EqualTo(columns.Select(column => column[0])));
            foreach (var (property, column) in row.EnumerateObject().Zip(columns))
            {
                Assert.That(property.Value.ValueKind, Is.EqualTo(JsonValueKind.Null).Or.EqualTo(column[1] is "23" or "20" or "1700" ? JsonValueKind.Number : JsonValueKind.String), property.Name);
            }
        }
    }

    [TestCaseSource(nameof(Words))]
    public async Task Every_table_is_described_as_it_comes_in_the_extended_protocol(string word)
    {
        var replies = await Rig().ExtendedAsync($"SELECT {word} AS JSON", 1);
        Assert.That(replies[2], Is.EqualTo("T(json:25 binary)"));
        Assert.That(replies.Length, Is.EqualTo(6));
    }

    [Test]
    public async Task Numbers_texts_and_nulls_are_what_they_are()
    {
        var rig = new ConsoleRig();
        rig.Source.Databases.Add(new DatabaseRow(new DatabaseOptions { Name = "say \"hé\"\\\n", PoolSize = 2 }, 1, 0));
        var replies = await rig.QueryAsync("SHOW DATABASES AS JSON");
        Assert.That(replies[1], Does.StartWith("""D([{"name":"say \"hé\"\\\n","host":null,"port":5432,"""));
        Assert.That(replies[1], Does.EndWith(""","paused":0,"disabled":0}])"""));
    }

    [TestCase("SHOW \"state\" AS JSON")]
    [TestCase("SHOW state\nas\tJSON ; ")]
    public async Task It_may_be_written_like_any_command(string text)
        => Assert.That((await new ConsoleRig().QueryAsync(text))[0], Is.EqualTo("T(json:25)"));

    [TestCase("SHOW state AS")]
    [TestCase("SHOW state JSON")]
    [TestCase("SHOW state AS \"json\"")]
    [TestCase("SHOW state AS JSONB")]
    [TestCase("SHOW state ASJSON")]
    [TestCase("SHOW stateAS JSON")]
    [TestCase("SHOW state AS JSON AS JSON")]
    [TestCase("PAUSE db AS JSON")]
    public async Task Anything_else_is_no_command(string text)
        => Assert.That(await new ConsoleRig().QueryAsync(text), Is.EqualTo(new[] { $"E(08P01 invalid command '{text}', use SHOW HELP;)", "Z(I)" }));

    private static ConsoleRig Rig()
    {
        var rig = new ConsoleRig();
        rig.Source.Memory.Add(MemoryRow.OfBlocks("iobuf_cache", 16384, 3, 13));
        rig.Source.Descriptors.Add(new DescriptorRow { Descriptor = 9, Task = "client", Address = "unix" });
        rig.Source.Clients.Add(new ConnectionRow { IsServer = false, State = "idle", Address = "unix", Id = 1 });
        rig.Source.Servers.Add(new ConnectionRow { IsServer = true, State = "new", Address = "::1", Id = 2, UnsentBytes = 4 });
        rig.Source.Stats.Add(new StatsRow("a", new StatsValues { Received = long.MaxValue }, default));
        return rig;
    }
}
