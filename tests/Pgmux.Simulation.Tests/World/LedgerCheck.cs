using Pgmux.Testing.FakePostgres;

namespace Pgmux.Simulation.Tests.World;

/// <summary>I13: what was acknowledged was carried out once, and what was not at most once.</summary>
internal static class LedgerCheck
{
    public static IEnumerable<string> Find(Ledger ledger, IEnumerable<string> acknowledged) =>
    [
        .. ledger.Committed.Where(row => ledger.CountOf(row) > 1).Distinct().Select(row => $"I13: {row} was carried out {ledger.CountOf(row)} times"),
        .. acknowledged.Where(row => ledger.CountOf(row) == 0).Select(row => $"I13: {row} was acknowledged and is not there"),
    ];
}
