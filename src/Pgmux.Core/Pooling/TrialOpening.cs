using Pgmux.Core.Pooling.Replication;
using Pgmux.Core.Servers;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>
/// Opens the servers that clients need for themselves, to have tokens judged or to replicate, makes room for them in a full pool, and tells
/// clients what came of it. Guarded by the pool's lock.
/// </summary>
internal sealed class TrialOpening(LoginTrials trials, PoolServers servers, ServerOpening opening)
{
    /// <summary>Makes the connections of trials that may begin; in a full pool idle servers are closed for the others.</summary>
    public List<ServerConnection>? Plan(EventLoop loop)
    {
        List<ServerConnection>? opened = null;
        while (trials.MayStart && trials.First!.Plan(opening) is { } server)
        {
            trials.Start(server);
            (opened ??= []).Add(server);
        }

        while (trials.NeedsRoom && servers.PopIdle(loop.Index) is { } idle)
        {
            MakeRoom(idle);
            PoolSwitches.CloseWhenFree(idle);
        }

        return opened;
    }

    /// <summary>Whether a server that has become free is closed for a trial rather than lent to <paramref name="next"/>.</summary>
    public bool ComesBefore(LeaseRequest? next) => trials.NeedsRoom && (next is null || next.QueuedAt > trials.First!.QueuedAt);

    /// <summary>A server that has no client is to be closed for a trial.</summary>
    public void MakeRoom(ServerConnection server)
    {
        server.Retire(ServerCloseReason.MadeRoom);
        if (server.RetireReason == ServerCloseReason.MadeRoom)
        {
            trials.OnRoomMade();
        }
    }

    /// <summary>A server has logged in; true when it was a trial, which is good then.</summary>
    public bool TryAccept(ServerConnection server)
    {
        if (trials.End(server) is not { } trial)
        {
            return false;
        }

        trial.Accept(opening);
        return true;
    }

    /// <summary>
    /// A server has closed; true when it was a trial. What a client's token is worth is between it and the server: only a server that
    /// cannot be reached holds up others.
    /// </summary>
    public bool TryEnd(ServerConnection server, ServerCloseReason reason, ErrorFields? error)
    {
        if (server.RetireReason == ServerCloseReason.MadeRoom)
        {
            trials.OnRoomThere();
        }

        if (trials.End(server) is not { } trial)
        {
            return false;
        }

        if (reason == ServerCloseReason.Paused || (trial is ReplicationOrder && reason == ServerCloseReason.ConfigurationChanged))
        {
            trials.Add(trial);
            return true;
        }

        if (reason is ServerCloseReason.ShuttingDown or ServerCloseReason.ConfigurationChanged or ServerCloseReason.ClientGone)
        {
            trial.Refuse(LeaseOutcome.LoginFailing, null);
            return true;
        }

        var isPermanent = trial.IsRefusedForItself(reason, error);
        trial.Refuse(
            isPermanent ? LeaseOutcome.LoginRefused : LeaseOutcome.LoginFailing, ServerOpening.ForClients(reason, error), server.TokenError);
        if (!isPermanent)
        {
            opening.OnFailed(reason, error);
        }

        return true;
    }

    /// <summary>Sends those away that have waited for longer than <paramref name="limit"/>; zero is no limit.</summary>
    public void RefuseExpired(ServerExpiry expiry, TimeSpan limit, long now)
    {
        while (trials.First is { } trial && expiry.IsOver(trial.QueuedAt, limit, now))
        {
            trials.TakeFirst().Refuse(LeaseOutcome.WaitTimedOut, null);
        }
    }
}
