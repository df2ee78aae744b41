using Pgmux.Core.Servers;
using Pgmux.Core.Servers.Replication;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling.Replication;

/// <summary>
/// A replication client's wish for the server that it has for itself as long as it stays. The server is opened on the client's loop and
/// counts for the pool's limits as every other.
/// </summary>
/// <param name="loop">The client's loop.</param>
/// <param name="start">What the server is to be opened with.</param>
/// <param name="settled">Called there when there is a server, or will be none.</param>
internal sealed class ReplicationOrder(EventLoop loop, ReplicationStart start, Action settled) : OwnLogin(loop, settled)
{
    /// <summary>Physical or logical.</summary>
    public ReplicationKind Kind => start.Kind;

    /// <inheritdoc/>
    public override ServerConnection? Plan(ServerOpening opening) => opening.PlanReplication(start, Loop);

    /// <summary>
    /// The server's walsenders may all be taken (max_wal_senders), which other clients need not wait for: this one hears it at once, as it
    /// would from PostgreSQL.
    /// </summary>
    public override bool IsRefusedForItself(ServerCloseReason reason, ErrorFields? error) =>
        base.IsRefusedForItself(reason, error) || (reason == ServerCloseReason.LoginFailed && error?.SqlState == SqlState.TooManyConnections);
}
