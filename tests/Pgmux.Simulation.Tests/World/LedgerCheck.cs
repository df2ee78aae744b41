using Pgmux.Testing.FakePostgres;

namespace Pgmux.Simulation.Tests.World;

/// <summary>I13: what was acknowledged was carried out once, and what was not at most once.</summary>
internal static class LedgerCheck
{
    /// <param name="ledger">What was committed.</param>
    /// <param name="acknowledged">What clients were told is committed.</param>
    /// <param name="mayRepeat">Whether somebody changes bytes at random: it may well write the row of another.</param>
    public static IEnumerable<string> Find(Ledger ledger, IEnumerable<string> acknowledged, bool mayRepeat) =>
    [
        .. ledger.Committed.Where(row => ledger.CountOf(row) > 1 && !mayRepeat).Distinct().Select(row => $"I13: {row} was carried out {ledger.CountOf(row)} times"),
        .. acknowledged.Where(row => ledger.CountOf(row) == 0).Select(row => $"I13: {row} was acknowledged and is not there"),
    ];
}
