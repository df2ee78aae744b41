using Pgmux.Core.Servers.Replication;

namespace Pgmux.Core.Admin;

/// <summary>A row of SHOW CLIENTS, SHOW SERVERS or SHOW SOCKETS.</summary>
internal sealed record ConnectionRow
{
    /// <summary>A server connection rather than a client's.</summary>
    public required bool IsServer { get; init; }

    /// <summary>The user; null before it is known.</summary>
    public string? User { get; init; }

    /// <summary>The database; null before it is known.</summary>
    public string? Database { get; init; }

    /// <summary>Whether it replicates, and how.</summary>
    public ReplicationKind Replication { get; init; }

    /// <summary>PgBouncer's word for the state, such as active or waiting.</summary>
    public required string State { get; init; }

    /// <summary>The other end's address; "unix" for a Unix socket.</summary>
    public required string Address { get; init; }

    /// <summary>The other end's port.</summary>
    public int Port { get; init; }

    /// <summary>This end's address.</summary>
    public string LocalAddress { get; init; } = "";

    /// <summary>This end's port.</summary>
    public int LocalPort { get; init; }

    /// <summary>When the connection was made.</summary>
    public DateTimeOffset ConnectTime { get; init; }

    /// <summary>When the last request began; null when there was none.</summary>
    public DateTimeOffset? RequestTime { get; init; }

    /// <summary>How long the request has waited.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Closed as soon as it is free.</summary>
    public bool CloseNeeded { get; init; }

    /// <summary>The id of the client or server at the other side of the lease; 0 when there is none.</summary>
    public long Link { get; init; }

    /// <summary>The process at the other end: of a Unix socket's peer, or the backend.</summary>
    public int RemoteProcessId { get; init; }

    /// <summary>TLS version and cipher; empty when in clear.</summary>
    public string Tls { get; init; } = "";

    /// <summary>application_name.</summary>
    public string ApplicationName { get; init; } = "";

    /// <summary>Prepared statements that are known for it.</summary>
    public int PreparedStatements { get; init; }

    /// <summary>Bytes that have been received and not looked at.</summary>
    public int UnreadBytes { get; init; }

    /// <summary>Bytes of the message it is sending that have not come yet; 0 between messages.</summary>
    public int MessageBytesToCome { get; init; }

    /// <summary>Bytes for it that the kernel has not taken yet.</summary>
    public long UnsentBytes { get; init; }

    /// <summary>Whether something of it is under way: a message that has not all come, or bytes that wait in a buffer.</summary>
    public bool IsBusy => UnreadBytes > 0 || MessageBytesToCome > 0 || UnsentBytes > 0;

    /// <summary>Its number in the log and in KILL_CLIENT, from one counter for all connections.</summary>
    public required long Id { get; init; }
}
