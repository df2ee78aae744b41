namespace Pgmux.Core.Statements;

/// <summary>A statement and whether one server has it.</summary>
internal sealed class ServerStatement(Statement statement)
{
    private int _generation = statement.Generation;

    /// <summary>The statement while the server has it, else nothing.</summary>
    public StatementBinding Binding;

    /// <summary>The statement.</summary>
    public Statement Statement { get; } = statement;

    /// <summary>
    /// Whether the server's copy is of no use because its plan no longer fits. It has to be closed before it is made anew.
    /// </summary>
    public bool IsStale => _generation != Statement.Generation;

    /// <summary>A request that makes it is being sent: it is as new as can be.</summary>
    public void OnMaking() => _generation = Statement.Generation;

    /// <summary>The next more recently used; only <see cref="ServerStatements"/> touches it.</summary>
    internal ServerStatement? Newer { get; set; }

    /// <summary>The next less recently used; only <see cref="ServerStatements"/> touches it.</summary>
    internal ServerStatement? Older { get; set; }
}
