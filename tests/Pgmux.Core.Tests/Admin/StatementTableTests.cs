using Pgmux.Core.Admin;

namespace Pgmux.Core.Tests.Admin;

[TestFixture]
internal sealed class StatementTableTests
{
    private const int Longest = PreparedStatementRow.LongestQueryShown;

    private readonly ConsoleRig _rig = new(ConsoleRights.Look);

    [SetUp]
    public void Forget() => _rig.Source.PreparedStatements.Clear();

    [Test]
    public async Task A_statement_is_shown_with_its_name_on_the_servers()
    {
        _rig.Source.PreparedStatements.Add(new("pgmux_7f_1", 3, 2, 140, 5_000_000_000, "SELECT 'a', $1"));
        Assert.That((await _rig.QueryAsync("SHOW PREPARED_STATEMENTS"))[1..], Is.EqualTo(new[]
        {
            "D(pgmux_7f_1,3,2,140,5000000000,SELECT 'a', $1)", "C(SHOW)", "Z(I)",
        }));
    }

    [Test]
    public async Task Statements_come_in_the_order_of_their_numbers()
    {
        foreach (var number in new[] { 10, 9, 100, 1, 11 })
        {
            _rig.Source.PreparedStatements.Add(new($"pgmux_7f_{number}", 0, 0, 0, 0, "q"));
        }

        var rows = (await _rig.QueryAsync("SHOW PREPARED_STATEMENTS"))[1..^2];
        Assert.That(rows.Select(row => row.Split(',')[0]), Is.EqualTo(new[]
        {
            "D(pgmux_7f_1", "D(pgmux_7f_9", "D(pgmux_7f_10", "D(pgmux_7f_11", "D(pgmux_7f_100",
        }));
    }

    [TestCase(Longest, Longest, false)]
    [TestCase(Longest + 1, Longest, true)]
    public async Task A_long_query_is_cut_with_a_mark(int length, int shown, bool isCut)
    {
        var mark = isCut ? "..." : "";
        Assert.That(await ShownAsync(new string('x', length)), Is.EqualTo(new string('x', shown) + mark));
    }

    [Test]
    public async Task No_character_is_cut_in_half()
    {
        var before = new string('x', Longest - 1);
        Assert.That(await ShownAsync(before + "\U0001F418 and more"), Is.EqualTo(before + "..."));
    }

    private async Task<string> ShownAsync(string query)
    {
        _rig.Source.PreparedStatements.Add(new("pgmux_7f_1", 0, 0, 0, 0, query));
        var row = (await _rig.QueryAsync("SHOW PREPARED_STATEMENTS"))[1];
        return row["D(pgmux_7f_1,0,0,0,0,".Length..^1];
    }
}
