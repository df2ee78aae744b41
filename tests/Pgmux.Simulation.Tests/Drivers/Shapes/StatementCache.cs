namespace Pgmux.Simulation.Tests.Drivers.Shapes;

/// <summary>What a driver knows of the statements that it has prepared: the names of few texts, of which the oldest goes first.</summary>
/// <param name="limit">How many it keeps.</param>
internal sealed class StatementCache(int limit)
{
    private readonly List<(string Sql, string Name)> _entries = [];

    /// <summary>The name of a text that was prepared; null when it was not.</summary>
    public string? Find(string sql)
    {
        var at = _entries.FindIndex(entry => entry.Sql == sql);
        return at < 0 ? null : _entries[at].Name;
    }

    /// <summary>Keeps a new one; the name of the one that has to go for it, if any.</summary>
    public string? Add(string sql, string name)
    {
        _entries.Add((sql, name));
        if (_entries.Count <= limit)
        {
            return null;
        }

        var evicted = _entries[0].Name;
        _entries.RemoveAt(0);
        return evicted;
    }

    /// <summary>Forgets a text, whose name is free again.</summary>
    public void Remove(string sql) => _entries.RemoveAll(entry => entry.Sql == sql);

    /// <summary>Forgets all.</summary>
    public void Clear() => _entries.Clear();
}
