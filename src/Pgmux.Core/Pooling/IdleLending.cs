using Pgmux.Core.Servers;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>
/// Which idle server of one pool is good to be lent now, and what becomes of one that has to be looked at first. Choosing stands under the
/// pool's lock; the rest runs on the server's loop.
/// </summary>
internal sealed class IdleLending(Pool pool, PoolServers servers, ServerExpiry expiry)
{
    private static readonly Action<object?> StartCheck = static state =>
    {
        var server = (ServerConnection)state!;
        ((Pool)server.Holder).Lending.OnCheckDue(server);
    };

    private static readonly Action<object?> OfferAgain = static state =>
    {
        var server = (ServerConnection)state!;
        if (server.State == ServerState.Idle)
        {
            ((Pool)server.Holder).OnServerReady(server);
        }
    };

    /// <summary>
    /// Takes an idle server. One that has said something nobody has read yet may have said its last word: it is looked at again after that is
    /// read.
    /// </summary>
    public ServerConnection? Pop(EventLoop loop)
    {
        while (servers.PopIdle(loop.Index) is { } server)
        {
            if (server.Loop != loop || !server.Transport!.HasUnreadBytes)
            {
                return server;
            }

            loop.Post(OfferAgain, server);
        }

        return null;
    }

    /// <summary>Whether a server that was taken has been idle for so long that it is asked first.</summary>
    public bool NeedsCheck(ServerConnection server) =>
        pool.Policy.CheckQuery is not null
        && (pool.Policy.CheckDelay == TimeSpan.Zero || expiry.IsOver(server.LastUsedAt, pool.Policy.CheckDelay, server.Loop.Timestamp));

    /// <summary>Asks a server that was taken, if it is to be asked at all; after that it finds its client as any that has become free.</summary>
    public static void CheckAndOffer(ServerConnection server) => server.Loop.Post(StartCheck, server);

    private void OnCheckDue(ServerConnection server)
    {
        if (server.State == ServerState.Idle && pool.Policy.CheckQuery is { } sql)
        {
            server.StartCheck(sql);
        }
        else if (server.State == ServerState.Idle)
        {
            pool.OnServerReady(server);
        }
    }
}
