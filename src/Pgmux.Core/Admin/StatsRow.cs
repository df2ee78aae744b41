namespace Pgmux.Core.Admin;

/// <summary>The statistics of one database.</summary>
/// <param name="Database">The database that clients ask for.</param>
/// <param name="Totals">Sums since the start.</param>
/// <param name="Averages">Averages of the last stats_period: counts and bytes per second, times per transaction or query.</param>
internal sealed record StatsRow(string Database, StatsValues Totals, StatsValues Averages);
