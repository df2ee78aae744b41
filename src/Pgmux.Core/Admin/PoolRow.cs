using Pgmux.Core.Configuration;

namespace Pgmux.Core.Admin;

/// <summary>A row of SHOW POOLS: one (database, user) pair.</summary>
internal sealed record PoolRow
{
    /// <summary>The database that clients ask for.</summary>
    public required string Database { get; init; }

    /// <summary>The user that logs in to the server.</summary>
    public required string User { get; init; }

    /// <summary>Clients that have a server, or need none.</summary>
    public int ClientsActive { get; init; }

    /// <summary>Clients that wait for a server.</summary>
    public int ClientsWaiting { get; init; }

    /// <summary>Cancel requests on their way to the server.</summary>
    public int CancelRequestsActive { get; init; }

    /// <summary>Cancel requests that wait for a connection.</summary>
    public int CancelRequestsWaiting { get; init; }

    /// <summary>Servers that are leased.</summary>
    public int ServersActive { get; init; }

    /// <summary>Connections that carry a cancel request.</summary>
    public int ServersActiveCancel { get; init; }

    /// <summary>Servers that wait for a cancel request aimed at them to end.</summary>
    public int ServersBeingCanceled { get; init; }

    /// <summary>Servers that may be leased at once.</summary>
    public int ServersIdle { get; init; }

    /// <summary>Servers idle for so long that they are checked first.</summary>
    public int ServersUsed { get; init; }

    /// <summary>Servers on which the reset or check query runs.</summary>
    public int ServersTested { get; init; }

    /// <summary>Servers that log in.</summary>
    public int ServersLogin { get; init; }

    /// <summary>How long the first client in the queue has waited.</summary>
    public TimeSpan MaximumWait { get; init; }

    /// <summary>The pool mode in use.</summary>
    public PoolMode PoolMode { get; init; }

    /// <summary>How the database's hosts share the connections; null when it has one.</summary>
    public LoadBalanceHosts? LoadBalanceHosts { get; init; }
}
