namespace Pgmux.Testing.FakePostgres;

/// <summary>
/// Watches which statements a multiplexer keeps on all backends: its own names only, each for one statement for ever, and never more
/// on one backend than the limit.
/// </summary>
internal sealed class StatementAudit
{
    /// <summary>What the names begin with that pgmux gives.</summary>
    public const string Prefix = "pgmux_";

    private readonly Dictionary<string, PreparedStatement> _owners = [];
    private readonly List<string> _violations = [];

    /// <summary>Most named statements of one backend.</summary>
    public int Limit { get; init; } = int.MaxValue;

    /// <summary>Most named statements that one backend has held so far.</summary>
    public int Highest { get; private set; }

    /// <summary>What was wrong.</summary>
    public IReadOnlyList<string> Violations => _violations;

    /// <summary>A backend has stored a statement and now has these.</summary>
    public void OnStored(string name, PreparedStatement statement, IReadOnlyList<string> all)
    {
        Highest = Math.Max(Highest, all.Count);
        if (all.Count > Limit)
        {
            _violations.Add($"{all.Count} statements on one backend, {Limit} allowed, when {name} came: {string.Join("; ", all.Select(each => $"{each} {_owners.GetValueOrDefault(each)?.Sql}"))}; {statement.Sql}");
        }

        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
        {
            _violations.Add($"a client's name on a backend: {name}");
        }

        if (!_owners.TryAdd(name, statement) && !IsSame(_owners[name], statement))
        {
            _violations.Add($"{name} has been {_owners[name].Sql} and is now {statement.Sql}");
        }
    }

    private static bool IsSame(PreparedStatement first, PreparedStatement second) =>
        first.Sql == second.Sql && first.Types.SequenceEqual(second.Types);
}
