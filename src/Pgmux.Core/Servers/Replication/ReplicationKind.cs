namespace Pgmux.Core.Servers.Replication;

/// <summary>What a client wants of its connection beside queries: the startup parameter <c>replication</c>.</summary>
internal enum ReplicationKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Physical replication, which has no database: in HBA files only the word <c>replication</c> is about it.</summary>
    Physical,

    /// <summary>Logical replication of the database that it names: in HBA files it is as every other connection.</summary>
    Logical,
}
