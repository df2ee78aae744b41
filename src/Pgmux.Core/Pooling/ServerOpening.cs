using System.Net;
using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Core.Servers;
using Pgmux.Core.Servers.Replication;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>Opens the servers that a pool needs, within its limits and at the pace that the server bears. Guarded by the pool's lock.</summary>
internal sealed class ServerOpening(Pool pool, PoolServers servers, PoolEnvironment environment)
{
    private readonly LoginThrottle _throttle = new();
    private readonly HeldToken _token = new(environment.Clock);
    private ServerCredentials _captured = ServerCredentials.None;
    private int _attempts;
    private bool _hasSucceeded;
    private ITimer? _retry;

    /// <summary>Whether a login has ever succeeded.</summary>
    public bool HasSucceeded => _hasSucceeded;

    /// <summary>What was said when the last login failed.</summary>
    public ErrorFields? LastError => _throttle.LastError;

    /// <summary>
    /// Whether nobody may join the queue: a login has failed and no server is left to wait for. PgBouncer's rule. A server that is
    /// there but starting up or full is waited for, and so are the hosts of a list until each has failed. Who comes when the next try is due joins and starts it: nobody else would.
    /// </summary>
    public bool MustFailFast(long now) => _throttle is { IsFailing: true, IsServerBusy: false }
        && _throttle.Failures >= pool.Policy.Target.HostCount && servers.LoggedIn == 0 && !_throttle.MayStart(servers.Connecting, _hasSucceeded, now);

    /// <summary>Whether no server answers, so that trying a token would only load it more.</summary>
    public bool IsServerAway(long now) => _throttle.IsFailing && !LoginThrottle.IsPermanent(LastError)
        && servers.LoggedIn == 0 && !_throttle.MayStart(servers.Connecting, _hasSucceeded, now);

    /// <summary>What clients have shown so far.</summary>
    public ServerCredentials Captured => _captured;

    /// <summary>The token that serves for logins now; null without one.</summary>
    public string? Token => _token.Find();

    /// <summary>A server has taken this token of a client: it is good for others until it ends.</summary>
    public void TakeToken(string token) => _token.Take(token);

    /// <summary>The token is of no more use.</summary>
    public void ForgetToken() => _token.Forget();

    /// <summary>Forgets a token whose time is over.</summary>
    public void ForgetOldToken() => _token.Find();

    /// <summary>
    /// What a client's login has shown that servers can be logged in to with. A client that was let in without a password does not take away
    /// what one with a password has shown.
    /// </summary>
    public void Offer(ServerCredentials credentials) => _captured = credentials.CanProve || !_captured.CanProve ? credentials : _captured;

    /// <summary>Makes the connections that <paramref name="wanted"/> asks for, as far as limits allow; <see cref="Start"/> opens them.</summary>
    /// <param name="wanted">How many are to be connecting.</param>
    /// <param name="forClients">For how many of them a client waits: for those other pools' idle servers make room.</param>
    /// <param name="reserve">For whom the reserve is there, in a full pool.</param>
    /// <param name="loop">Where they connect.</param>
    public List<ServerConnection>? Plan(int wanted, int forClients, ReserveRule reserve, EventLoop loop)
    {
        List<ServerConnection>? opened = null;
        var policy = pool.Policy;
        while (servers.Connecting < wanted
            && _throttle.MayStart(servers.Connecting, _hasSucceeded, loop.Timestamp)
            && HasRoom(policy, reserve, loop.Timestamp, out var waiter))
        {
            var limit = environment.Eviction.FindEarlierWish(pool) ?? Look(policy, adds: true);
            if (limit != LedgerOutcome.Added)
            {
                if (servers.Connecting < forClients)
                {
                    environment.Eviction.Want(pool, limit);
                }

                break;
            }

            if (waiter is not null)
            {
                reserve.OnTaken(waiter);
            }

            (opened ??= []).Add(Add(policy.Target, CredentialsFor(policy.Target), loop));
        }

        return opened;
    }

    /// <summary>Makes a connection that a client's token is tried by; null when limits allow none.</summary>
    public ServerConnection? PlanTrial(string token, EventLoop loop) =>
        MayOpenOne() ? Add(pool.Policy.Target, ServerCredentials.FromTokenOnTrial(token), loop) : null;

    /// <summary>
    /// Which limit over several pools forbids a connection that the pool itself could open now; <see cref="LedgerOutcome.Added"/> when none does,
    /// null when it could open none anyway.
    /// </summary>
    public LedgerOutcome? FindFullLimit(int forClients, ReserveRule reserve, long now) =>
        servers.Connecting < forClients
        && _throttle.MayStart(servers.Connecting, _hasSucceeded, now)
        && HasRoom(pool.Policy, reserve, now, out _) ? Look(pool.Policy, adds: false) : null;

    /// <summary>Makes the connection of a replication client; null when limits allow none.</summary>
    public ServerConnection? PlanReplication(ReplicationStart start, EventLoop loop) =>
        MayOpenOne() ? Add(pool.Policy.Target, CredentialsFor(pool.Policy.Target), loop, start) : null;

    /// <summary>Opens planned connections. Not under the lock.</summary>
    public static void Start(List<ServerConnection>? opened)
    {
        // Most clients that wait open nothing; an empty list in its stead would be made for each of them.
        if (opened is null)
        {
            return;
        }

        foreach (var server in opened)
        {
            server.Loop.Post(static state => _ = ((ServerConnection)state!).RunAsync(), server);
        }
    }

    /// <summary>A login has succeeded.</summary>
    public void OnSucceeded()
    {
        _hasSucceeded = true;
        _throttle.OnSucceeded();
    }

    /// <summary>A login has failed; the next is tried after a while.</summary>
    /// <param name="reason">Why the server was closed.</param>
    /// <param name="error">What the server said, or the log was told.</param>
    public void OnFailed(ServerCloseReason reason, ErrorFields? error)
    {
        var clock = environment.Clock;
        RetryAfter(_throttle.OnFailed(ForClients(reason, error), pool.Policy.ServerLoginRetry, clock.GetTimestamp(), clock.TimestampFrequency));
    }

    /// <summary>A server was lost that had served nobody; the next is opened after a while.</summary>
    public void OnLostUnused()
    {
        var clock = environment.Clock;
        RetryAfter(_throttle.OnLostUnused(pool.Policy.ServerLoginRetry, clock.GetTimestamp(), clock.TimestampFrequency));
    }

    /// <summary>No more tries.</summary>
    public void Stop()
    {
        _retry?.Dispose();
        _retry = null;
    }

    /// <summary>What clients are told of a failure: PgBouncer's words, not which addresses were tried. The log has those.</summary>
    public static ErrorFields? ForClients(ServerCloseReason reason, ErrorFields? error) =>
        reason is ServerCloseReason.ConnectFailed or ServerCloseReason.ConnectTimedOut or ServerCloseReason.NameNotResolved
            ? ErrorFields.Fatal(SqlState.ConnectionFailure, reason.Describe())
            : error;

    private void RetryAfter(TimeSpan wait)
    {
        _retry ??= environment.Clock.CreateTimer(static state => ((ServerOpening)state!).Retry(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _retry.Change(wait, Timeout.InfiniteTimeSpan);
    }

    // The timer belongs to no loop; opening a connection does.
    private void Retry() => environment.Loops[0].Post(static state => ((Pool)state!).OpenWanted(), pool);

    // Counts it when it may.
    private bool MayOpenOne() => !IsFull(pool.Policy) && Look(pool.Policy, adds: true) == LedgerOutcome.Added;

    private bool IsFull(PoolPolicy policy) => policy.Size > 0 && servers.Count >= policy.Size;

    // With a waiter it is the reserve's room.
    private bool HasRoom(PoolPolicy policy, ReserveRule reserve, long now, out LeaseRequest? waiter)
    {
        waiter = null;
        return !IsFull(policy) || (waiter = reserve.FindWaiter(policy, now)) is not null;
    }

    private LedgerOutcome Look(PoolPolicy policy, bool adds) => adds
        ? environment.Ledger.Add(pool.Key, policy.MaximumOfDatabase, policy.MaximumOfUser)
        : environment.Ledger.Look(pool.Key, policy.MaximumOfDatabase, policy.MaximumOfUser);

    private ServerConnection Add(ServerTarget target, ServerCredentials credentials, EventLoop loop, ReplicationStart? replication = null)
    {
        var server = new ServerConnection(
            environment.NextId(), target, NextEndPoint(target), credentials, pool, environment.Servers, loop)
        {
            Replication = replication,
        };
        servers.Add(server);
        return server;
    }

    // PgBouncer's rule: hosts take turns, or with load_balance_hosts = disable the last one stays in use and gives way to the next when a login
    // has failed.
    private EndPoint NextEndPoint(ServerTarget target)
    {
        if (target.Options.LoadBalanceHosts == LoadBalanceHosts.RoundRobin)
        {
            return target.EndPointAt(_attempts++ & int.MaxValue);
        }

        if (_throttle.IsFailing)
        {
            _attempts++;
        }

        return target.EndPointAt(_attempts & int.MaxValue);
    }

    // A configured password serves by itself, and a hash where the server asks for one; elsewhere it takes the password that a client has shown.
    // A SCRAM secret cannot log in, but the keys behind a client's proof can.
    private ServerCredentials CredentialsFor(ServerTarget target)
    {
        var credentials = target.Secret.Kind switch
        {
            UserSecretKind.None or UserSecretKind.Scram when !_captured.IsEmpty => _captured,
            UserSecretKind.Md5 => ServerCredentials.From(target.Secret, shownPassword: _captured.Password),
            _ => ServerCredentials.From(target.Secret),
        };
        return credentials.With(_token.Find());
    }
}
