namespace Pgmux.Testing.FakePostgres;

/// <summary>What the backends of one fake PostgreSQL have in common.</summary>
internal sealed class FakeDatabase
{
    /// <summary>Whether tables exist: without them TABLE does not parse, and what was prepared of it fails when it is used.</summary>
    public bool HasTables { get; set; } = true;

    /// <summary>The roles that LOOKUP finds.</summary>
    public FakeRoles Roles { get; } = new();

    /// <summary>What INSERT has written and its transaction has committed.</summary>
    public Ledger Ledger { get; } = new();

    /// <summary>Watches the names of prepared statements; null when nobody does.</summary>
    public StatementAudit? Audit { get; set; }
}
