namespace Pgmux.Integration.Tests.Differential;

/// <summary>Every script of Scripts gives the same messages through pgmux as directly.</summary>
[OnPostgres]
internal sealed class ScriptTests(int postgres) : DifferentialFixture(postgres)
{
    private readonly Dictionary<string, ScriptTrace> _direct = [];

    [TestCaseSource(typeof(Scripts), nameof(Scripts.Cases))]
    public async Task A_script_gives_the_trace_of_PostgreSQL(Script script, string mode)
    {
        var direct = await DirectAsync(script);

        var through = await PlayThroughAsync(script, mode);

        Assert.That(through.Matches(direct), Is.True, () => Report(script, through, direct));
    }

    [TestCaseSource(typeof(Scripts), nameof(Scripts.SplitCases))]
    public async Task A_script_gives_the_same_trace_however_its_bytes_are_cut(Script script, string mode)
    {
        var direct = await DirectAsync(script);
        var whole = await PlayThroughAsync(script, mode);
        Assert.That(whole.Matches(direct), Is.True, () => Report(script, whole, direct));
        for (var cut = 1; cut < ScriptRun.FirstSegmentLength(script); cut++)
        {
            var through = await PlayCutAsync(script, cut);
            var at = cut;
            Assert.That(through.Matches(direct), Is.True, () => $"cut at byte {at}\n{Report(script, through, direct)}");
        }
    }

    /// <summary>What differs between two runs of PostgreSQL itself would say nothing about pgmux.</summary>
    [Test, Category(TestCategories.WithoutPgmux)]
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

    /// <summary>What PostgreSQL answers is the same in every mode.</summary>
    private async Task<ScriptTrace> DirectAsync(Script script)
    {
        if (!_direct.TryGetValue(script.Name, out var trace))
        {
            trace = await PlayDirectlyAsync(script);
            _direct.Add(script.Name, trace);
        }

        return trace;
    }

    private static string Report(Script script, ScriptTrace through, ScriptTrace direct) =>
        $"{script.Name}\n{script.Text}\n{through.DifferenceFrom(direct)}";
}
