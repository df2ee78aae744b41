using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Core.Servers;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Pooling;

/// <summary>
/// The servers of one (database, user) pair and the clients that wait for them, for the whole process. Its state stands under
/// one lock, which is held for a few list operations, never over a callback or a kernel call.
/// </summary>
internal sealed class Pool : IServerHolder
{
    private readonly Lock _gate = new();
    private readonly PoolEnvironment _environment;
    private readonly WaitQueue _waiters = new();
    private readonly WaitQueue _welcomeWaiters = new();
    private readonly IdleServers[] _idle;
    private readonly HashSet<ServerConnection> _servers = [];
    private readonly LoginThrottle _throttle = new();
    private readonly PoolCounters[] _counters;
    private readonly long _waiterTolerance;
    private ServerCredentials _captured = ServerCredentials.None;
    private int _attempts;
    private int _connecting;
    private bool _hasSucceeded;
    private bool _isClosed;
    private bool _isDraining;
    private long _lastLifetimeClose;
    private ITimer? _retry;

    public Pool(PoolKey key, PoolPolicy policy, PoolEnvironment environment)
    {
        Key = key;
        Policy = policy;
        _environment = environment;
        _idle = [.. environment.Loops.Select(loop => new IdleServers(loop.Index))];
        _counters = [.. environment.Loops.Select(_ => new PoolCounters())];
        _waiterTolerance = environment.Clock.TimestampFrequency / 1000;
    }

    /// <summary>Database as clients call it, and user that servers log in as.</summary>
    public PoolKey Key { get; }

    /// <summary>What the configuration says.</summary>
    public PoolPolicy Policy { get; private set; }

    /// <summary>What servers say of themselves; null until the first login.</summary>
    public PoolWelcome? Welcome { get; private set; }

    /// <summary>What this pool has done on a loop; only that loop writes.</summary>
    public PoolCounters CountersOf(EventLoop loop) => _counters[loop.Index];

    /// <summary>What this pool has done.</summary>
    public PoolCounters SumCounters()
    {
        var sum = new PoolCounters();
        foreach (var counters in _counters)
        {
            sum.Add(counters);
        }

        return sum;
    }

    /// <summary>
    /// Takes an idle server of the caller's loop, if nobody waits longer. Otherwise the request waits and its receiver is told.
    /// </summary>
    public ServerConnection? TryCheckOut(LeaseRequest request)
    {
        ServerConnection? moving = null;
        ServerConnection? tested = null;
        List<ServerConnection>? opened = null;
        lock (_gate)
        {
            request.QueuedAt = request.Loop.Timestamp;
            request.IsForWelcome = false;
            if (_isClosed)
            {
                Refuse(request, LeaseOutcome.ShuttingDown, null);
                return null;
            }

            if (_waiters.Count == 0 && PopIdle(request.Loop.Index) is { } server)
            {
                if (NeedsCheck(server))
                {
                    // A server that has been idle for long is asked first; when it answers it comes back to the first waiter.
                    _waiters.AddFirst(request);
                    tested = server;
                }
                else if (server.Loop == request.Loop)
                {
                    return server;
                }
                else
                {
                    Assign(request, server);
                    moving = server;
                }
            }
            else if (MustFailFast())
            {
                Refuse(request, LeaseOutcome.LoginFailing, _throttle.LastError);
            }
            else
            {
                _waiters.AddLast(request);
                opened = PlanOpening(request.Loop);
            }
        }

        Start(opened);
        if (moving is not null)
        {
            Move(moving, request);
        }

        if (tested is not null)
        {
            tested.Loop.Post(StartCheck, (this, tested));
        }

        return null;
    }

    /// <summary>
    /// A client's login has shown what its user can be logged in to servers with: the plain password, or the keys behind its SCRAM
    /// proof.
    /// </summary>
    public void OfferCredentials(ServerCredentials credentials)
    {
        if (credentials.IsEmpty)
        {
            return;
        }

        lock (_gate)
        {
            _captured = credentials;
        }
    }

    /// <summary>Waits until it is known what the pool says of itself; true when it is already.</summary>
    public bool TryGetWelcome(LeaseRequest request)
    {
        List<ServerConnection>? opened;
        lock (_gate)
        {
            if (Welcome is not null)
            {
                return true;
            }

            request.QueuedAt = request.Loop.Timestamp;
            request.IsForWelcome = true;
            if (_isClosed || MustFailFast())
            {
                Refuse(request, _isClosed ? LeaseOutcome.ShuttingDown : LeaseOutcome.LoginFailing, _throttle.LastError);
                return false;
            }

            _welcomeWaiters.AddLast(request);
            opened = PlanOpening(request.Loop);
        }

        Start(opened);
        return false;
    }

    /// <summary>The client no longer waits. What is on its way to it goes back by itself.</summary>
    public void Abandon(LeaseRequest request)
    {
        lock (_gate)
        {
            switch (request.State)
            {
                case LeaseRequestState.Queued:
                    (request.IsForWelcome ? _welcomeWaiters : _waiters).Remove(request);
                    break;
                case LeaseRequestState.Assigned or LeaseRequestState.Refused:
                    request.State = LeaseRequestState.Abandoned;
                    break;
            }
        }
    }

    /// <summary>Takes a server back from its client. Called on the server's loop; the release rule holds.</summary>
    public void Return(ServerConnection server)
    {
        server.EndLease();
        if (server.RetireReason is { } reason)
        {
            server.Close(reason);
        }
        else if (Policy.ResetQuery is { } sql)
        {
            server.StartReset(sql);
        }
        else
        {
            Offer(server);
        }
    }

    /// <inheritdoc/>
    public void OnServerReady(ServerConnection server) => Offer(server);

    /// <inheritdoc/>
    public void OnServerLoggedIn(ServerConnection server)
    {
        List<LeaseRequest> welcomed = [];
        lock (_gate)
        {
            _connecting--;
            _hasSucceeded = true;
            _throttle.OnSucceeded();
            Welcome = new PoolWelcome(server.Welcome, server.Parameters);
            while (_welcomeWaiters.First is { } request)
            {
                _welcomeWaiters.Remove(request);
                request.State = LeaseRequestState.Assigned;
                welcomed.Add(request);
            }
        }

        foreach (var request in welcomed)
        {
            request.Loop.Post(TellWelcome, (this, request));
        }

        // First this server finds its client, then it is seen how many more are wanted.
        Offer(server);
        OpenWanted();
    }

    /// <inheritdoc/>
    public void OnServerClosed(ServerConnection server, ServerState before, ServerCloseReason reason, ErrorFields? error)
    {
        List<ServerConnection>? opened;
        lock (_gate)
        {
            _servers.Remove(server);
            _environment.Ledger.Remove(Key);
            if (server.Links.IdleLoop != ServerLinks.NotIdle)
            {
                _idle[server.Links.IdleLoop].Remove(server);
            }

            if (before == ServerState.Connecting)
            {
                _connecting--;
                if (reason != ServerCloseReason.ShuttingDown && reason != ServerCloseReason.ConfigurationChanged)
                {
                    OnLoginFailed(reason, error);
                }
            }

            opened = PlanOpening(server.Loop);
        }

        Start(opened);
    }

    /// <summary>Takes over what a reload says. Servers that connect elsewhere than they should are closed when they are free.</summary>
    public void Apply(PoolPolicy policy)
    {
        List<ServerConnection>? obsolete = null;
        lock (_gate)
        {
            var before = Policy;
            Policy = policy;
            if (!before.Target.IsSameServer(policy.Target))
            {
                obsolete = [.. _servers];
                Welcome = null;
            }
        }

        RetireAll(obsolete, ServerCloseReason.ConfigurationChanged);
    }

    /// <summary>Refuses all who wait, now and later, and closes servers as they become free.</summary>
    public void Close(LeaseOutcome outcome, ServerCloseReason reason)
    {
        List<ServerConnection> servers;
        lock (_gate)
        {
            _isClosed = true;
            _retry?.Dispose();
            _retry = null;
            RefuseAll(outcome, null);
            servers = [.. _servers];
        }

        RetireAll(servers, reason);
    }

    /// <summary>Lends no more servers; those that come back are closed. Clients wait.</summary>
    public void Drain()
    {
        List<ServerConnection> servers;
        lock (_gate)
        {
            _isDraining = true;
            servers = [.. _servers];
        }

        RetireAll(servers, ServerCloseReason.ShuttingDown);
    }

    /// <summary>Whether no server is left.</summary>
    public bool IsDrained
    {
        get
        {
            lock (_gate)
            {
                return _servers.Count == 0;
            }
        }
    }

    /// <summary>Closes what has been idle or alive for too long on this loop, refuses who has waited too long, keeps the minimum open.</summary>
    public void Sweep(EventLoop loop)
    {
        List<(ServerConnection Server, ServerCloseReason Reason)>? expired = null;
        List<ServerConnection>? opened;
        lock (_gate)
        {
            var policy = Policy;
            var now = loop.Timestamp;
            for (var server = _idle[loop.Index].Oldest; server is not null; server = server.Links.Newer)
            {
                if (ExpiryOf(server, policy, now) is { } reason)
                {
                    (expired ??= []).Add((server, reason));
                }
            }

            foreach (var (server, _) in expired ?? [])
            {
                _idle[loop.Index].Remove(server);
            }

            foreach (var server in _connecting > 0 ? _servers : [])
            {
                if (server.State == ServerState.Connecting && server.Loop == loop && IsOver(server.OpenedAt, policy.ServerConnectTimeout, now))
                {
                    (expired ??= []).Add((server, ServerCloseReason.ConnectTimedOut));
                }
            }

            RefuseExpired(_waiters, policy, now);
            RefuseExpired(_welcomeWaiters, policy, now);
            opened = PlanOpening(loop);
        }

        foreach (var (server, reason) in expired ?? [])
        {
            server.Close(reason);
        }

        Start(opened);
    }

    /// <summary>Numbers for the console, taken at one moment.</summary>
    public PoolCounts Count()
    {
        lock (_gate)
        {
            var counts = new PoolCounts { Waiting = _waiters.Count + _welcomeWaiters.Count };
            foreach (var server in _servers)
            {
                counts.Add(server.State, server.CancelsInFlight > 0);
            }

            var first = _waiters.First ?? _welcomeWaiters.First;
            return first is null ? counts : counts with { LongestWait = _environment.Clock.GetElapsedTime(first.QueuedAt) };
        }
    }

    /// <summary>The servers of the moment.</summary>
    public IReadOnlyList<ServerConnection> Servers
    {
        get
        {
            lock (_gate)
            {
                return [.. _servers];
            }
        }
    }

    private static readonly Action<object?> StartCheck = static state =>
    {
        var (pool, server) = ((Pool, ServerConnection))state!;
        if (server.State == ServerState.Idle && pool.Policy.CheckQuery is { } sql)
        {
            server.StartCheck(sql);
        }
        else if (server.State == ServerState.Idle)
        {
            pool.Offer(server);
        }
    };

    private static readonly Action<object?> TellWelcome = static state =>
    {
        var (pool, request) = ((Pool, LeaseRequest))state!;
        if (pool.Settle(request))
        {
            request.Receiver.OnWelcomeKnown();
        }
    };

    // Gives a free server to the longest waiter, or keeps it. Called on the server's loop.
    private void Offer(ServerConnection server)
    {
        LeaseRequest? request;
        lock (_gate)
        {
            var now = server.Loop.Timestamp;
            if (server.RetireReason is null && IsLifetimeOver(server, Policy, now))
            {
                server.Retire(ServerCloseReason.LifetimeOver);
            }

            request = server.RetireReason is null ? _waiters.PeekFor(server.Loop.Index, _waiterTolerance) : null;
            if (request is not null)
            {
                _waiters.Remove(request);
                Assign(request, server);
            }
            else if (server.RetireReason is null)
            {
                _idle[server.Loop.Index].Push(server);
            }
        }

        if (server.RetireReason is { } reason)
        {
            server.Close(reason);
        }
        else if (request is not null)
        {
            Deliver(server, request);
        }
    }

    private static void Assign(LeaseRequest request, ServerConnection server)
    {
        request.State = LeaseRequestState.Assigned;
        request.Server = server;
    }

    // On the server's loop: to the client's, which may be the same.
    private void Deliver(ServerConnection server, LeaseRequest request)
    {
        request.Pool = this;
        if (server.State == ServerState.Idle && server.Transport is not { UnsentBytes: 0, HasUnreadBytes: false })
        {
            // Half a message has come while nobody had asked for anything: not a server to lend or to move.
            server.Close(ServerCloseReason.ProtocolViolation);
        }

        if (server.State != ServerState.Idle)
        {
            Requeue(request);
        }
        else if (server.Loop == request.Loop)
        {
            request.Loop.Post(Arrive, request);
        }
        else
        {
            server.Transport!.MoveTo(request.Loop, Arrive, request);
        }
    }

    private static readonly Action<object?> Arrive = static state =>
    {
        var request = (LeaseRequest)state!;
        request.Pool!.OnArrived(request);
    };

    // From the client's loop: the server's loop lets it go.
    private void Move(ServerConnection server, LeaseRequest request) =>
        server.Loop.Post(static state => (((Pool, ServerConnection, LeaseRequest))state!).Item1.Deliver(
            (((Pool, ServerConnection, LeaseRequest))state!).Item2,
            (((Pool, ServerConnection, LeaseRequest))state!).Item3), (this, server, request));

    private void OnArrived(LeaseRequest request)
    {
        var server = request.Server!;
        if (server.State != ServerState.Idle)
        {
            Requeue(request);
        }
        else if (Settle(request))
        {
            request.Receiver.OnServerGranted(server);
        }
        else
        {
            Offer(server);
        }
    }

    // Ends the request; false when the client has given it up.
    private bool Settle(LeaseRequest request)
    {
        lock (_gate)
        {
            var isWanted = request.State is LeaseRequestState.Assigned or LeaseRequestState.Refused;
            request.State = LeaseRequestState.None;
            request.Server = null;
            return isWanted;
        }
    }

    // The server died on its way: the client is the next in turn again.
    private void Requeue(LeaseRequest request)
    {
        List<ServerConnection>? opened = null;
        lock (_gate)
        {
            request.Server = null;
            if (request.State != LeaseRequestState.Assigned)
            {
                request.State = LeaseRequestState.None;
                return;
            }

            if (_isClosed)
            {
                Refuse(request, LeaseOutcome.ShuttingDown, null);
                return;
            }

            _waiters.AddFirst(request);
            opened = PlanOpening(request.Loop);
        }

        Start(opened);
    }

    private ServerConnection? PopIdle(int loop)
    {
        if (_idle[loop].Pop() is { } own)
        {
            return own;
        }

        IdleServers? fullest = null;
        foreach (var idle in _idle)
        {
            if (idle.Count > (fullest?.Count ?? 0))
            {
                fullest = idle;
            }
        }

        return fullest?.Pop();
    }

    private bool NeedsCheck(ServerConnection server) =>
        Policy.CheckQuery is not null && IsOver(server.LastUsedAt, Policy.CheckDelay, _environment.Clock.GetTimestamp());

    // PgBouncer's rule: after a failed login nobody joins the queue as long as no server is left to wait for.
    private bool MustFailFast() =>
        _throttle is { IsFailing: true, IsServerBusy: false } && _servers.Count == _connecting;

    private List<ServerConnection>? PlanOpening(EventLoop loop)
    {
        List<ServerConnection>? opened = null;
        while (!_isClosed && !_isDraining
            && _connecting < Wanted()
            && _throttle.MayStart(_connecting, _hasSucceeded, loop.Timestamp)
            && (Policy.Size == 0 || _servers.Count < Policy.Size)
            && _environment.Ledger.TryAdd(Key, Policy.MaximumOfDatabase, Policy.MaximumOfUser))
        {
            var home = _waiters.First?.Loop ?? loop;
            var target = Policy.Target;
            var server = new ServerConnection(
                _environment.NextId(), target, target.EndPointAt(_attempts++ & int.MaxValue), CredentialsFor(target), this, _environment.Servers, home);
            _servers.Add(server);
            _connecting++;
            (opened ??= []).Add(server);
        }

        return opened;
    }

    private int Wanted()
    {
        var wanted = _waiters.Count;
        if (_welcomeWaiters.Count > 0 && _servers.Count == _connecting)
        {
            wanted = Math.Max(wanted, 1);
        }

        return Math.Max(wanted, Policy.MinimumSize - (_servers.Count - _connecting));
    }

    // A configured plain password serves everywhere; a SCRAM secret alone cannot log in, but the keys of a client's login can.
    private ServerCredentials CredentialsFor(ServerTarget target) =>
        target.Secret.Kind is UserSecretKind.None or UserSecretKind.Scram && !_captured.IsEmpty ? _captured : ServerCredentials.From(target.Secret);

    private static void Start(List<ServerConnection>? opened)
    {
        foreach (var server in opened ?? [])
        {
            server.Loop.Post(static state => _ = ((ServerConnection)state!).RunAsync(), server);
        }
    }

    private void OnLoginFailed(ServerCloseReason reason, ErrorFields? error)
    {
        if (reason == ServerCloseReason.LoginFailed && LoginThrottle.IsPermanent(error))
        {
            RefuseAll(LeaseOutcome.LoginRefused, error);
        }

        var clock = _environment.Clock;
        var wait = _throttle.OnFailed(error, Policy.ServerLoginRetry, clock.GetTimestamp(), clock.TimestampFrequency);
        _retry ??= clock.CreateTimer(static state => ((Pool)state!).Retry(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _retry.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void Retry()
    {
        // The timer belongs to no loop; opening a connection does.
        var loop = _environment.Loops[0];
        loop.Post(static state => ((Pool)state!).OpenWanted(), this);
    }

    private void OpenWanted()
    {
        List<ServerConnection>? opened;
        lock (_gate)
        {
            opened = PlanOpening(_environment.Loops[0]);
        }

        Start(opened);
    }

    private void RefuseExpired(WaitQueue queue, PoolPolicy policy, long now)
    {
        while (queue.First is { } request && IsOver(request.QueuedAt, policy.QueryWaitTimeout, now))
        {
            queue.Remove(request);
            Refuse(request, LeaseOutcome.WaitTimedOut, null);
        }
    }

    private void RefuseAll(LeaseOutcome outcome, ErrorFields? error)
    {
        foreach (var queue in (ReadOnlySpan<WaitQueue>)[_waiters, _welcomeWaiters])
        {
            while (queue.First is { } request)
            {
                queue.Remove(request);
                Refuse(request, outcome, error);
            }
        }
    }

    private void Refuse(LeaseRequest request, LeaseOutcome outcome, ErrorFields? error)
    {
        request.State = LeaseRequestState.Refused;
        request.Outcome = outcome;
        request.Error = error;
        request.Pool = this;
        request.Loop.Post(TellRefusal, request);
    }

    private static readonly Action<object?> TellRefusal = static state =>
    {
        var request = (LeaseRequest)state!;
        if (request.Pool!.Settle(request))
        {
            request.Receiver.OnLeaseRefused(request.Outcome, request.Error);
        }
    };

    private static void RetireAll(List<ServerConnection>? servers, ServerCloseReason reason)
    {
        foreach (var server in servers ?? [])
        {
            server.Retire(reason);
            server.Loop.Post(static state => ((ServerConnection)state!).CloseIfFree(), server);
        }
    }

    private ServerCloseReason? ExpiryOf(ServerConnection server, PoolPolicy policy, long now)
    {
        if (server.RetireReason is { } retired)
        {
            return retired;
        }

        if (IsLifetimeOver(server, policy, now))
        {
            return ServerCloseReason.LifetimeOver;
        }

        return _servers.Count > policy.MinimumSize
            && policy.ServerIdleTimeout > TimeSpan.Zero && IsOver(server.LastUsedAt, policy.ServerIdleTimeout, now)
            ? ServerCloseReason.IdleTimedOut
            : null;
    }

    // Not all at once: a pool that was filled in one moment is renewed one by one over a lifetime.
    private bool IsLifetimeOver(ServerConnection server, PoolPolicy policy, long now)
    {
        if (policy.ServerLifetime > TimeSpan.Zero)
        {
            if (!IsOver(server.OpenedAt, policy.ServerLifetime, now)
                || (policy.Size > 0 && _lastLifetimeClose != 0 && !IsOver(_lastLifetimeClose, policy.ServerLifetime / policy.Size, now)))
            {
                return false;
            }
        }
        else if (server.LeaseCount == 0)
        {
            // A lifetime of zero: used once, then closed.
            return false;
        }

        _lastLifetimeClose = now;
        return true;
    }

    private bool IsOver(long since, TimeSpan limit, long now) =>
        limit > TimeSpan.Zero && _environment.Clock.GetElapsedTime(since, now) >= limit;
}
