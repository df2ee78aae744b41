namespace Pgmux.Testing.FakePostgres;

/// <summary>
/// The table that INSERT writes to: what is in here was committed. Whoever was told that a transaction has committed must find its
/// rows once, whoever was told nothing at most once.
/// </summary>
internal sealed class Ledger
{
    private readonly List<string> _committed = [];
    private readonly Dictionary<string, int> _counts = [];

    /// <summary>All rows, in the order in which they were committed.</summary>
    public IReadOnlyList<string> Committed => _committed;

    /// <summary>How often a row was committed.</summary>
    public int CountOf(string row) => _counts.GetValueOrDefault(row);

    /// <summary>A transaction with these rows has committed.</summary>
    public void Commit(IEnumerable<string> rows)
    {
        foreach (var row in rows)
        {
            _committed.Add(row);
            _counts[row] = CountOf(row) + 1;
        }
    }
}
