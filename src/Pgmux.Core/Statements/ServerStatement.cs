namespace Pgmux.Core.Statements;

/// <summary>A statement and whether one server has it.</summary>
internal sealed class ServerStatement(Statement statement)
{
    // Of no statement: what the server has, if it has it, is not to be used.
    private const int Unknown = -1;

    private int _generation = statement.Generation;
    private int _nextGeneration = statement.Generation;

    /// <summary>The statement while the server has it, else nothing.</summary>
    public StatementBinding Binding;

    /// <summary>The statement.</summary>
    public Statement Statement { get; } = statement;

    /// <summary>
    /// Whether the server's copy is of no use because its plan no longer fits, or is not known to be there. It has to be closed before it
    /// is made anew.
    /// </summary>
    public bool IsStale => (Binding.IsPending ? _nextGeneration : _generation) != Statement.Generation;

    /// <summary>A request that makes it is being sent: it will be as new as can be.</summary>
    public void OnMaking() => _nextGeneration = Statement.Generation;

    /// <summary>The request has succeeded.</summary>
    public void OnMade() => _generation = _nextGeneration;

    /// <summary>The server has said that it does not know a statement, perhaps this one.</summary>
    public void OnUnknown() => _generation = Unknown;

    /// <summary>The next more recently used; only <see cref="ServerStatements"/> touches it.</summary>
    internal ServerStatement? Newer { get; set; }

    /// <summary>The next less recently used; only <see cref="ServerStatements"/> touches it.</summary>
    internal ServerStatement? Older { get; set; }
}
