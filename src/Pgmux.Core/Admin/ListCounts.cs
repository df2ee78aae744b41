namespace Pgmux.Core.Admin;

/// <summary>The numbers of SHOW LISTS.</summary>
internal sealed record ListCounts
{
    /// <summary>Databases.</summary>
    public int Databases { get; init; }

    /// <summary>Users.</summary>
    public int Users { get; init; }

    /// <summary>Pools.</summary>
    public int Pools { get; init; }

    /// <summary>Entries of [peers].</summary>
    public int Peers { get; init; }

    /// <summary>Pools of cancel requests for peers.</summary>
    public int PeerPools { get; init; }

    /// <summary>Client slots in reserve.</summary>
    public int FreeClients { get; init; }

    /// <summary>Connected clients.</summary>
    public int UsedClients { get; init; }

    /// <summary>Clients that log in.</summary>
    public int LoginClients { get; init; }

    /// <summary>Server slots in reserve.</summary>
    public int FreeServers { get; init; }

    /// <summary>Open servers.</summary>
    public int UsedServers { get; init; }

    /// <summary>Host names whose addresses are kept.</summary>
    public int HostNames { get; init; }

    /// <summary>Their zones.</summary>
    public int Zones { get; init; }

    /// <summary>Questions about them that wait for an answer.</summary>
    public int HostQueries { get; init; }

    /// <summary>Questions about them that wait until others are answered.</summary>
    public int WaitingHostQueries { get; init; }
}
