using System.Globalization;

namespace Pgmux.Simulation.Tests.World;

/// <summary>Which seeds a test run tries; tests/simulate.sh sets them.</summary>
internal static class SimulationSeeds
{
    /// <summary>Seeds of one test case: so few that a case ends in a second or two, so many that reports stay short.</summary>
    public const int PerCase = 50;

    private const int UsualCount = 2000;

    /// <summary>The first seed.</summary>
    public static int First { get; } = Number("PGMUX_SIMULATION_FROM", 1);

    /// <summary>How many.</summary>
    public static int Count { get; } = Number("PGMUX_SIMULATION_SEEDS", UsualCount);

    /// <summary>Events that are kept of each run, to be shown when it fails.</summary>
    public static int KeptTrace { get; } = Number("PGMUX_SIMULATION_TRACE", 0);

    /// <summary>Whether the seeds that find deliberate bugs are looked for anew.</summary>
    public static bool LooksForBugs { get; } = Number("PGMUX_SIMULATION_BUGS", 0) != 0;

    private static int Number(string name, int usual) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
