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
    /// there but starting up or full is waited for. Who comes when the next try is due joins and starts it: nobody else would.
    /// </summary>
    public bool MustFailFast(long now) => _throttle is { IsFailing: true, IsServerBusy: false }
        && servers.LoggedIn == 0 && !_throttle.MayStart(servers.Connecting, _hasSucceeded, now);

    /// <summary>Whether no server answers, so that trying a token would only load it more.</summary>
    public bool IsServerAway(long now) => _throttle.IsFailing && !LoginThrottle.IsPermanent(LastError)
        && servers.LoggedIn == 0 && !_throttle.MayStart(servers.Connecting, _hasSucceeded, now);

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
    public List<ServerConnection>? Plan(int wanted, EventLoop loop)
    {
        List<ServerConnection>? opened = null;
        var policy = pool.Policy;
        while (servers.Connecting < wanted
            && _throttle.MayStart(servers.Connecting, _hasSucceeded, loop.Timestamp)
            && TryCount(policy))
        {
            (opened ??= []).Add(Add(policy.Target, CredentialsFor(policy.Target), loop));
        }

        return opened;
    }

    /// <summary>Makes a connection that a client's token is tried by; null when limits allow none.</summary>
    public ServerConnection? PlanTrial(string token, EventLoop loop) =>
        TryCount(pool.Policy) ? Add(pool.Policy.Target, ServerCredentials.FromTokenOnTrial(token), loop) : null;

    /// <summary>Makes the connection of a replication client; null when limits allow none.</summary>
    public ServerConnection? PlanReplication(ReplicationStart start, EventLoop loop) =>
        TryCount(pool.Policy) ? Add(pool.Policy.Target, CredentialsFor(pool.Policy.Target), loop, start) : null;

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
    public void OnFailed(ErrorFields? error)
    {
        var clock = environment.Clock;
        RetryAfter(_throttle.OnFailed(error, pool.Policy.ServerLoginRetry, clock.GetTimestamp(), clock.TimestampFrequency));
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

    private void RetryAfter(TimeSpan wait)
    {
        _retry ??= environment.Clock.CreateTimer(static state => ((ServerOpening)state!).Retry(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _retry.Change(wait, Timeout.InfiniteTimeSpan);
    }

    // The timer belongs to no loop; opening a connection does.
    private void Retry() => environment.Loops[0].Post(static state => ((Pool)state!).OpenWanted(), pool);

    private bool TryCount(PoolPolicy policy) => (policy.Size == 0 || servers.Count < policy.Size)
        && environment.Ledger.Add(pool.Key, policy.MaximumOfDatabase, policy.MaximumOfUser) == LedgerOutcome.Added;

    private ServerConnection Add(ServerTarget target, ServerCredentials credentials, EventLoop loop, ReplicationStart? replication = null)
    {
        var server = new ServerConnection(
            environment.NextId(), target, target.EndPointAt(_attempts++ & int.MaxValue), credentials, pool, environment.Servers, loop)
        {
            Replication = replication,
        };
        servers.Add(server);
        return server;
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
