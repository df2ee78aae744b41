using Pgmux.Testing.Chaos;

namespace Pgmux.Integration.Tests.Chaos;

/// <summary>
/// A short run of what tests/chaos.sh does for long. The environment says how long and how large; without it the run is small enough
/// to be a test among others.
/// </summary>
internal sealed class ChaosRunTests
{
    [Test]
    public async Task Nobody_gets_anothers_reply_and_nothing_acknowledged_is_lost()
    {
        var options = ChaosOptions.FromEnvironment();
        using var log = new ChaosLog(TestContext.Out.WriteLine, options.LogFile);
        await using var run = await ChaosRun.StartAsync(options, log);

        var findings = await run.RunAsync();

        Assert.That(findings, Is.Empty);
    }
}
