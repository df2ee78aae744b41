using System.Globalization;

namespace Pgmux.Integration.Tests.Differential.Generated;

/// <summary>
/// Random scripts: every client's trace is that of PostgreSQL. PGMUX_SCRIPTS says how many per version, PGMUX_SEED from which seed on;
/// a failure names the seed that repeats it, and its script may be put among Scripts as it is.
/// </summary>
[OnPostgres]
internal sealed class GeneratedScriptTests(int postgres) : DifferentialFixture(postgres)
{
    private const int DefaultScripts = 60;
    private const int Settings = 6;

    [TestCase(0, false)]
    [TestCase(1, false)]
    [TestCase(200, false)]
    [TestCase(0, true)]
    [TestCase(1, true)]
    [TestCase(200, true)]
    [Property("Row", "E22"), Property("Row", "E24"), Property("Row", "E13"), Property("Row", "B60"), Property("Row", "B64"), Property("Row", "B103")]
    public async Task Random_pipelines_of_several_clients_give_the_traces_of_PostgreSQL(int statements, bool sharesUnnamed)
    {
        var first = Number("PGMUX_SEED", 1);
        var count = Math.Max(1, Number("PGMUX_SCRIPTS", DefaultScripts) / Settings);
        for (var seed = first; seed < first + count; seed++)
        {
            var script = ScriptGenerator.Write(seed, statements, sharesUnnamed);
            var direct = await PlayDirectlyAsync(script);
            var through = await PlayThroughAsync(script, "transaction");
            var repeat = $"again with PGMUX_SEED={seed} PGMUX_SCRIPTS={Settings}";
            Assert.That(through.Matches(direct), Is.True, () => $"{repeat}\n{script.Text}\n{through.DifferenceFrom(direct)}");
        }
    }

    /// <summary>A generator that counts ReadyForQuery wrongly, or gives its clients illegal words, would wait for ever.</summary>
    [Test, Category(TestCategories.WithoutPgmux)]
    public async Task PostgreSQL_itself_answers_random_pipelines_as_the_generator_thinks()
    {
        var first = Number("PGMUX_SEED", 1);
        for (var seed = first; seed < first + Math.Max(1, Number("PGMUX_SCRIPTS", DefaultScripts) / Settings); seed++)
        {
            var script = ScriptGenerator.Write(seed, statements: 200, sharesUnnamed: false);
            var once = await PlayDirectlyAsync(script);
            var again = await PlayDirectlyAsync(script);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(again.Matches(once), Is.True, () => $"{script}\n{script.Text}\n{again.DifferenceFrom(once)}");
                Assert.That(once.Clients.SelectMany(lines => lines), Has.None.Contains("nothing came"), () => $"{script}\n{script.Text}\n{once}");
                Assert.That(once.Clients.SelectMany(lines => lines.Take(..^1).TakeLast(1)), Is.All.EqualTo("Z I"), () => $"{script}\n{script.Text}\n{once}");
            }
        }
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
