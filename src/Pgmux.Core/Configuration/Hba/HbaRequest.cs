namespace Pgmux.Core.Configuration.Hba;

/// <summary>A client that wants to log in, as far as rules look at it.</summary>
internal readonly record struct HbaRequest
{
    /// <summary>The client's address; null over the Unix socket.</summary>
    public NetAddress? Address { get; init; }

    /// <summary>Whether the connection is encrypted.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>Whether it wants physical replication, which has no database: only the word <c>replication</c> lets it in.</summary>
    public bool IsReplication { get; init; }

    /// <summary>The database that it names.</summary>
    public required string Database { get; init; }

    /// <summary>The user that it names.</summary>
    public required string User { get; init; }
}
