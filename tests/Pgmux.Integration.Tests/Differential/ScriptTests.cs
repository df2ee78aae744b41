namespace Pgmux.Integration.Tests.Differential;

/// <summary>Every script of Scripts gives the same messages through pgmux as directly.</summary>
[TestFixtureSource(typeof(PostgresVersions), nameof(PostgresVersions.Tested))]
internal sealed class ScriptTests(int postgres) : DifferentialFixture(postgres)
{
    [TestCaseSource(typeof(Scripts), nameof(Scripts.Cases))]
    public async Task A_script_gives_the_trace_of_PostgreSQL(Script script, string mode)
    {
        var direct = await PlayDirectlyAsync(script);

        var through = await PlayThroughAsync(script, mode);

        Assert.That(through.Matches(direct), Is.True, () => Report(script, through, direct));
    }

    [TestCaseSource(typeof(Scripts), nameof(Scripts.SplitCases))]
    public async Task A_script_gives_the_same_trace_however_its_bytes_are_cut(Script script, string mode)
    {
        var direct = await PlayDirectlyAsync(script);
        for (var cut = 1; cut < ScriptRun.FirstSegmentLength(script); cut++)
        {
            var through = await PlayThroughAsync(script, mode, cut);
            var at = cut;
            Assert.That(through.Matches(direct), Is.True, () => $"cut at byte {at}\n{Report(script, through, direct)}");
        }
    }

    /// <summary>What differs between two runs of PostgreSQL itself would say nothing about pgmux.</summary>
    [Test]
    public async Task PostgreSQL_itself_gives_the_same_trace_twice()
    {
        foreach (var script in Scripts.All)
        {
            var first = await PlayDirectlyAsync(script);
            var second = await PlayDirectlyAsync(script);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(second.Matches(first), Is.True, () => Report(script, second, first));
                Assert.That(first.Clients.SelectMany(lines => lines), Has.None.Contains("nothing came"), () => $"{script.Name}\n{first}");
            }
        }
    }

    private static string Report(Script script, ScriptTrace through, ScriptTrace direct) =>
        $"{script.Name}\n{script.Text}\n{through.DifferenceFrom(direct)}";
}
