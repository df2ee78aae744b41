namespace Pgmux.Testing.Postgres;

/// <summary>What a test may choose about its cluster.</summary>
/// <param name="Major">Major version of PostgreSQL.</param>
internal sealed record PostgresClusterOptions(int Major)
{
    /// <summary>Where it listens.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The port; null takes a free one.</summary>
    public int? Port { get; init; }

    public int MaxConnections { get; init; } = 300;

    /// <summary>replica, or logical for logical replication too.</summary>
    public string WalLevel { get; init; } = "replica";

    /// <summary>none, ddl, mod or all: with all, the cluster's log tells which statements have arrived.</summary>
    public string LogStatement { get; init; } = "none";
}
