namespace Pgmux.Core.Configuration.Peers;

/// <summary>One line of [peers]: another process whose clients' cancel requests may reach this one.</summary>
internal sealed record PeerOptions
{
    /// <summary>Largest key of [peers]. PgBouncer's, although its peer_id ends at 16383.</summary>
    public const int MostId = 65535;

    /// <summary>The peer_id of that process, from 1 to <see cref="MostId"/>.</summary>
    public required int Id { get; init; }

    /// <summary>A name, an address, or the folder of a Unix socket (<c>/dir</c>, <c>@abstract</c>).</summary>
    public string Host { get; init; } = "";

    /// <summary>Where it listens. PgBouncer's listen_port.</summary>
    public int Port { get; init; } = 6432;

    /// <summary>Cancel requests on their way to it at once; null means default_pool_size.</summary>
    public int? PoolSize { get; init; }

    /// <summary>Where the line stands.</summary>
    public SourceLocation Location { get; init; } = SourceLocation.Nowhere;
}
