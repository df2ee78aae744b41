using static Pgmux.Core.Admin.ConsoleColumn;

namespace Pgmux.Core.Admin;

/// <summary>SHOW PEERS and SHOW PEER_POOLS.</summary>
internal static class PeerTables
{
    /// <summary>SHOW PEERS.</summary>
    public static readonly ShowCommand Peers = ShowCommand.OfRows(
        "peers",
        [Int4("peer_id"), Text("host"), Int4("port"), Int4("pool_size")],
        source =>
        [
            .. source.Config.Peers.Values.OrderBy(peer => peer.Id)
                .Select(peer => new string?[] { Of(peer.Id), peer.Host, Of(peer.Port), Of(source.Config.PeerPoolSizeFor(peer)) }),
        ]);

    /// <summary>SHOW PEER_POOLS. A request waits until its connection stands, as in PgBouncer; each has a connection of its own.</summary>
    public static readonly ShowCommand PeerPools = ShowCommand.Of(
        "peer_pools",
        [Int4("peer_id"), Int4("cl_active_cancel_req"), Int4("cl_waiting_cancel_req"), Int4("sv_active_cancel"), Int4("sv_login")],
        source => source.GetPeerPoolsAsync(),
        (_, pool) => [Of(pool.PeerId), Of(pool.Sent), Of(pool.Waiting + pool.Connecting), Of(pool.Sent), Of(pool.Connecting)]);
}
