namespace Pgmux.Simulation.Tests.World;

/// <summary>
/// The whole multiplexer, clients like real drivers, servers like PostgreSQL, and everything that goes wrong between them. A run that fails
/// says its seed; tests/simulate.sh --seed replays it with its trace.
/// </summary>
[TestFixture]
[Parallelizable(ParallelScope.Children)]
internal sealed class SimulationTests
{
    private const int SeedsPerRepeat = 100;

    public static IEnumerable<int> Cases { get; } =
        Enumerable.Range(0, (SimulationSeeds.Count + SimulationSeeds.PerCase - 1) / SimulationSeeds.PerCase);

    [TestCaseSource(nameof(Cases))]
    [Property("Row", "B60"), Property("Row", "B64"), Property("Row", "B65"), Property("Row", "B95"), Property("Row", "B112"), Property("Row", "B120")]
    [Property("Row", "B123"), Property("Row", "B143"), Property("Row", "B146"), Property("Row", "B149"), Property("Row", "E22"), Property("Row", "E24")]
    [Property("Row", "K13"), Property("Row", "N01"), Property("Row", "N03"), Property("Row", "X13")]
    public void Whatever_fails_every_invariant_holds_and_everybody_is_served_or_told(int number)
    {
        var first = SimulationSeeds.First + (number * SimulationSeeds.PerCase);
        var replies = 0;
        for (var seed = first; seed < Math.Min(first + SimulationSeeds.PerCase, SimulationSeeds.First + SimulationSeeds.Count); seed++)
        {
            var result = SimulatedRun.Run(seed, keptTrace: SimulationSeeds.KeptTrace);
            Assert.That(result.IsGood, Is.True, result.ToString());
            replies += result.Replies;
        }

        Assert.That(replies, Is.Positive, "clients were served");
    }

    // 503826: a link breaks with the rest of a message on its way. 503969: a server dies on its way to its client, and the server of who
    // came later arrives. 601784: a driver asks behind a RESET, in its pipeline, for what that has set. 610456: a faulty server
    // answers twice as the run ends. 614949: a faulty server refuses a login and does not say why.
    // 729477: a second ReadyForQuery answers what pgmux asks for the next client. 639179: a Flush with a body. 716203: parameters given back
    // take away a session's unnamed statement. 747432: little pieces between large ones take large blocks. 751376: a severity that is cut.
    // 671186: a cancel request over a link that stands still. 624077: a lawless client runs what another has left where nothing is tracked.
    // 715864: a last word is cut by a link that stands still. 728889: a server dies on its way.
    [Test, Property("Row", "P01")]
    public void A_seed_that_has_found_something_finds_it_no_more([Values(
        503_826, 503_969, 601_784, 610_456, 614_949, 624_077, 639_179, 671_186, 715_864, 716_203, 728_889, 729_477, 747_432, 751_376)] int seed)
    {
        var result = SimulatedRun.Run(seed, keptTrace: SimulationSeeds.KeptTrace);
        Assert.That(result.IsGood, Is.True, result.ToString());
    }

    [Test]
    public void The_same_seed_gives_the_same_run([Range(1, 20)] int number)
    {
        var seed = SimulationSeeds.First + (number * SeedsPerRepeat);
        var (once, again) = (SimulatedRun.Run(seed), SimulatedRun.Run(seed));
        Assert.That((again.TraceHash, again.Replies), Is.EqualTo((once.TraceHash, once.Replies)));
    }

    [Test]
    public void Another_seed_gives_another_run() =>
        Assert.That(SimulatedRun.Run(1).TraceHash, Is.Not.EqualTo(SimulatedRun.Run(2).TraceHash));
}
