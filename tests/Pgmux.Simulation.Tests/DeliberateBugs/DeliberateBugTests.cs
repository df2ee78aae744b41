using System.Globalization;
using Pgmux.Simulation.Tests.World;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>
/// Whether the simulation is good enough: each mistake is found by the seed that is named here, and without the mistake that seed finds
/// nothing. tests/simulate.sh --bugs looks for the seeds.
/// </summary>
[TestFixture]
[Parallelizable(ParallelScope.Children)]
internal sealed class DeliberateBugTests
{
    // How many seeds may be needed at most, before the simulation counts as blind.
    private const int MostSeeds = 10_000;

    private static readonly Dictionary<string, int> FindingSeeds = new()
    {
        ["release on the first ReadyForQuery"] = 1,
        ["release inside a transaction"] = 1,
        ["release with half a request sent"] = 1310,
        ["release while a cancel is on its way"] = 70,
        ["forget that COPY ignores Sync"] = 344,
        ["answer by itself inside of a COPY"] = 3445,
        ["expect an answer to a skipped Query"] = 37,
        ["skip one count"] = 43,
        ["tell own replies"] = 1,
        ["run again what was carried out"] = 342,
        ["keep statements that failed"] = 1,
        ["keep statements that were discarded"] = 1,
        ["forget parameters"] = 5,
        ["reuse a name"] = 1,
        ["drop a Flush"] = 37,
        ["cancel another client's query"] = 156,
        ["serve the latest first"] = 2,
        ["take news for half a message"] = 142,
        ["leak a permit"] = 2,
        ["return a buffer twice"] = 1,
    };

    public static IEnumerable<DeliberateBug> Bugs => DeliberateBugs.All;

    [TestCaseSource(nameof(Bugs))]
    public void A_deliberate_bug_is_found(DeliberateBug bug)
    {
        var seed = SimulationSeeds.LooksForBugs ? Look(bug) : FindingSeeds[bug.Name];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(seed, Is.LessThanOrEqualTo(MostSeeds), "seeds needed");
            Assert.That(SimulatedRun.Run(seed, bug).Violations, Is.Not.Empty, "with the bug");
            Assert.That(SimulatedRun.Run(seed).Violations, Is.Empty, "without it");
        }
    }

    [Test]
    public void At_least_ten_bugs_are_tried() => Assert.That(DeliberateBugs.All.Select(bug => bug.Name).Distinct().Count(), Is.GreaterThanOrEqualTo(10));

    // Of a simulation that has been changed: the first seed that finds the bug.
    private static int Look(DeliberateBug bug)
    {
        for (var seed = 1; seed <= MostSeeds; seed++)
        {
            if (SimulatedRun.Run(seed, bug) is { IsGood: false } found)
            {
                TestContext.Progress.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[\"{bug.Name}\"] = {seed}, // {found.Violations[0]}"));
                return seed;
            }
        }

        return int.MaxValue;
    }
}
