namespace Pgmux.Simulation.Tests.World;

/// <summary>How a run has ended.</summary>
/// <param name="Options">What it was made of.</param>
/// <param name="Violations">What was wrong; a run stops at the first.</param>
/// <param name="TraceHash">Of everything that was delivered: the same seed gives the same.</param>
/// <param name="Trace">The last of it in words and the last lines of the log, when that was asked for.</param>
/// <param name="Replies">Messages that clients have got.</param>
internal sealed record SimulationResult(
    SimulationOptions Options, IReadOnlyList<string> Violations, ulong TraceHash, IReadOnlyList<string> Trace, int Replies)
{
    /// <summary>Whether nothing was wrong.</summary>
    public bool IsGood => Violations.Count == 0;

    /// <summary>All there is to say about a run that was not good.</summary>
    public override string ToString() =>
        $"""
        {string.Join(Environment.NewLine, Violations)}
        {Options}
        {string.Join(Environment.NewLine, Trace)}
        replay: tests/simulate.sh --seed {Options.Seed}
        """;
}
