using Pgmux.Core.Authentication;
using Pgmux.Core.Pooling.Replication;
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
    private readonly PoolServers _servers;
    private readonly ServerOpening _opening;
    private readonly ServerExpiry _expiry;
    private readonly LeaseDelivery _delivery;
    private readonly WaitQueue _waiters;
    private readonly WaitQueue _welcomeWaiters = new();
    private readonly LoginTrials _trials = new();
    private readonly PoolCounters[] _counters;
    private readonly long _waiterTolerance;
    private PoolState _state;
    private long _wantedAt;

    public Pool(PoolKey key, PoolPolicy policy, PoolEnvironment environment)
    {
        Key = key;
        Policy = policy;
        _environment = environment;
        _waiters = environment.Parts.CreateWaiters();
        _servers = new PoolServers(environment.Loops);
        _opening = new ServerOpening(this, _servers, environment);
        _expiry = new ServerExpiry(environment.Clock);
        _delivery = environment.Parts.CreateDelivery(this, _gate);
        _counters = [.. environment.Loops.Select(_ => new PoolCounters())];

        // A waiter of a server's own loop may overtake by a millisecond at most.
        _waiterTolerance = environment.Clock.TimestampFrequency / 1000;
    }

    /// <summary>Database as clients call it, and user that servers log in as.</summary>
    public PoolKey Key { get; }

    /// <summary>What the configuration says.</summary>
    public PoolPolicy Policy { get; private set; }

    /// <summary>What servers say of themselves; null until the first login.</summary>
    public PoolWelcome? Welcome { get; private set; }

    /// <summary>The servers of the moment.</summary>
    public IReadOnlyList<ServerConnection> Servers
    {
        get
        {
            lock (_gate)
            {
                return [.. _servers.All];
            }
        }
    }

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

    /// <summary>Numbers for the console, taken at one moment.</summary>
    public PoolCounts Count()
    {
        lock (_gate)
        {
            var first = _waiters.First ?? _welcomeWaiters.First;
            var counts = new PoolCounts
            {
                Waiting = _waiters.Count + _welcomeWaiters.Count,
                LongestWait = first is null ? TimeSpan.Zero : _environment.Clock.GetElapsedTime(first.QueuedAt),
            };
            foreach (var server in _servers.All)
            {
                counts.Add(server.State, server.CancelsInFlight > 0);
            }

            return counts;
        }
    }

    /// <summary>
    /// Takes an idle server of the caller's loop. Otherwise the request waits and its receiver is told.
    /// </summary>
    public ServerConnection? TryCheckOut(LeaseRequest request)
    {
        ServerConnection? server = null;
        List<ServerConnection>? opened = null;
        lock (_gate)
        {
            request.QueuedAt = request.Loop.Timestamp;
            request.IsForWelcome = false;
            if (_state == PoolState.Serving)
            {
                // Who waits while servers are idle waits for the check of one.
                server = PopUsable(request.Loop);
            }

            if (server is null)
            {
                opened = Enqueue(request, _waiters);
            }
            else if (NeedsCheck(server))
            {
                // A server that has been idle for long is asked first; when it answers it comes back to the first waiter.
                _waiters.AddLast(request);
                server.Loop.Post(StartCheck, server);
                return null;
            }
            else if (server.Loop == request.Loop)
            {
                return server;
            }
            else
            {
                _delivery.Assign(request, server);
            }
        }

        ServerOpening.Start(opened);
        if (server is not null)
        {
            LeaseDelivery.Deliver(request);
        }

        return null;
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
            opened = Enqueue(request, _welcomeWaiters);
        }

        ServerOpening.Start(opened);
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

    /// <summary>
    /// Makes a login that a client needs for itself: to have its token judged, or to replicate. A pool that is full closes a server that is
    /// idle, or the next that becomes free, unless a client has waited longer for it.
    /// </summary>
    public void Try(OwnLogin trial)
    {
        List<ServerConnection>? opened;
        lock (_gate)
        {
            trial.QueuedAt = trial.Loop.Timestamp;
            if (_state is PoolState.Draining or PoolState.Closed)
            {
                trial.Refuse(LeaseOutcome.ShuttingDown, null);
                return;
            }

            if (_state == PoolState.Serving && _opening.IsServerAway(trial.QueuedAt))
            {
                trial.Refuse(LeaseOutcome.LoginFailing, _opening.LastError);
                return;
            }

            _wantedAt = trial.QueuedAt;
            _trials.Add(trial);
            opened = PlanOpening(trial.Loop);
        }

        ServerOpening.Start(opened);
    }

    /// <summary>The client no longer waits for the word on its token.</summary>
    public void Abandon(LoginTrial trial)
    {
        lock (_gate)
        {
            _trials.Remove(trial);
        }
    }

    /// <summary>The client no longer waits for a server to replicate from, which nobody else can use. Called on the client's loop.</summary>
    public void Abandon(ReplicationOrder order)
    {
        lock (_gate)
        {
            _trials.Remove(order);
        }

        order.Server?.Close(ServerCloseReason.ClientGone);
    }

    /// <summary>Takes a server back from its client. Called on the server's loop; the release rule holds.</summary>
    public void Return(ServerConnection server)
    {
        server.EndLease();
        if (server.Replication is not null)
        {
            server.Close(ServerCloseReason.ReplicationEnded);
        }
        else if (server.RetireReason is { } reason)
        {
            server.Close(reason);
        }
        else if (Policy.ResetQuery is { } sql)
        {
            server.StartReset(sql);
        }
        else
        {
            OnServerReady(server);
        }
    }

    /// <summary>
    /// A client's login has shown what its user can be logged in to servers with: the plain password, or the keys behind its SCRAM
    /// proof.
    /// </summary>
    public void OfferCredentials(ServerCredentials credentials)
    {
        if (!credentials.IsEmpty)
        {
            lock (_gate)
            {
                _opening.Offer(credentials);
            }
        }
    }

    /// <inheritdoc/>
    public void OnServerLoggedIn(ServerConnection server)
    {
        List<ServerConnection>? tried = null;
        lock (_gate)
        {
            _servers.OnLoggedIn(server);
            _opening.OnSucceeded();
            if (_trials.End(server) is { } trial)
            {
                trial.Accept(_opening);

                // Before the server is looked at for the next one: where there is room, it need not make any.
                tried = _state == PoolState.Serving ? PlanTrials(server.Loop) : null;
            }

            if (server.Replication is null)
            {
                GreetWith(server);
            }
        }

        ServerOpening.Start(tried);

        // First this server finds its client, then it is seen how many more are wanted.
        if (server.Replication is null)
        {
            OnServerReady(server);
        }

        OpenWanted();
    }

    /// <summary>Gives a free server to the longest waiter, or keeps it. Called on the server's loop.</summary>
    public void OnServerReady(ServerConnection server)
    {
        LeaseRequest? request = null;
        lock (_gate)
        {
            if (server.RetireReason is null && _expiry.IsLifetimeOver(server, Policy, server.Loop.Timestamp))
            {
                server.Retire(ServerCloseReason.LifetimeOver);
            }

            if (server.RetireReason is null)
            {
                request = _waiters.PeekFor(server.Loop.Index, _waiterTolerance);
                if (_trials.NeedsRoom && (request is null || request.QueuedAt > _trials.First!.QueuedAt))
                {
                    request = null;
                    MakeRoom(server);
                }
                else if (request is null)
                {
                    _servers.PushIdle(server);
                }
                else
                {
                    _waiters.Remove(request);
                    _delivery.Assign(request, server);
                }
            }
        }

        if (request is not null)
        {
            LeaseDelivery.Deliver(request);
        }
        else if (server.RetireReason is { } reason)
        {
            server.Close(reason);
        }
    }

    /// <inheritdoc/>
    public void OnServerClosed(ServerConnection server, ServerState before, ServerCloseReason reason, ErrorFields? error)
    {
        ServerConnection? other;
        lock (_gate)
        {
            _servers.Remove(server, before);
            _environment.Ledger.Remove(Key);
            if (server.RetireReason == ServerCloseReason.MadeRoom)
            {
                _trials.OnRoomThere();
            }

            if (_trials.End(server) is { } trial)
            {
                EndTrial(trial, server, reason, error);
            }
            else if (before == ServerState.Connecting
                && reason is not (ServerCloseReason.ShuttingDown or ServerCloseReason.ConfigurationChanged or ServerCloseReason.Paused
                    or ServerCloseReason.ClientGone))
            {
                if (reason is ServerCloseReason.LoginFailed or ServerCloseReason.TlsFailed && LoginThrottle.IsPermanent(error))
                {
                    RefuseAll(LeaseOutcome.LoginRefused, error);
                }

                if (server.TokenError is not null)
                {
                    _opening.ForgetToken();
                }

                _opening.OnFailed(error);
            }
            else if (server.LeaseCount == 0 && before != ServerState.Connecting
                && reason is ServerCloseReason.Crashed or ServerCloseReason.ProtocolViolation or ServerCloseReason.CheckFailed)
            {
                _opening.OnLostUnused();
            }

            // It may have been checked for somebody who waits while others are idle.
            other = PopForWaiter(server.Loop.Index);
        }

        OfferToWaiter(other);
        OpenWanted();
    }

    /// <summary>Takes over what a reload says. Servers that connect elsewhere than they should are closed when they are free.</summary>
    public void Apply(PoolPolicy policy)
    {
        List<ServerConnection> obsolete = [];
        lock (_gate)
        {
            var before = Policy;
            Policy = policy;
            if (!before.Target.IsSameServer(policy.Target))
            {
                obsolete = [.. _servers.All];
                Welcome = null;
                _opening.ForgetToken();
            }
            else if (policy.TracksStatements && !before.TracksStatements)
            {
                // They may have statements under clients' names, which nobody else is to get at.
                obsolete = [.. _servers.All.Where(static server => server.Replication is null)];
            }
        }

        RetireAll(obsolete, ServerCloseReason.ConfigurationChanged);
    }

    /// <summary>Lends no servers until <see cref="Resume"/>, and closes those it has as they become free. Clients wait.</summary>
    public void Pause()
    {
        List<ServerConnection> servers;
        lock (_gate)
        {
            if (_state != PoolState.Serving)
            {
                return;
            }

            _state = PoolState.Paused;
            servers = [.. _servers.All];
        }

        RetireAll(servers, ServerCloseReason.Paused);
    }

    /// <summary>Ends <see cref="Pause"/>.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            if (_state != PoolState.Paused)
            {
                return;
            }

            _state = PoolState.Serving;
        }

        OpenWanted();
    }

    /// <summary>Closes all servers as they become free; others are opened when they are wanted.</summary>
    public void Reconnect()
    {
        List<ServerConnection> servers;
        lock (_gate)
        {
            servers = [.. _servers.All];
        }

        RetireAll(servers, ServerCloseReason.ConfigurationChanged);
    }

    /// <summary>Whether a server is there that is to be closed.</summary>
    public bool HasRetired
    {
        get
        {
            lock (_gate)
            {
                return _servers.All.Any(static server => server.RetireReason is not null);
            }
        }
    }

    /// <summary>Lends no more servers; those that come back are closed. Clients wait.</summary>
    public void Drain() => End(PoolState.Draining, LeaseOutcome.ShuttingDown, ServerCloseReason.ShuttingDown);

    /// <summary>Refuses all who wait, now and later, and closes servers as they become free.</summary>
    public void Close(LeaseOutcome outcome, ServerCloseReason reason) => End(PoolState.Closed, outcome, reason);

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
        var expired = new List<(ServerConnection Server, ServerCloseReason Reason)>();
        lock (_gate)
        {
            var policy = Policy;
            var now = loop.Timestamp;
            _servers.TakeExpired(loop.Index, server => _expiry.ReasonOf(server, policy, _servers.Count - expired.Count, now), expired);
            foreach (var server in _servers.All)
            {
                if (server.Loop == loop && _expiry.StuckReasonOf(server, policy, now) is { } reason)
                {
                    expired.Add((server, reason));
                }
            }

            RefuseExpired(_waiters, policy, now);
            RefuseExpired(_welcomeWaiters, policy, now);
            while (_trials.First is { } trial && _expiry.IsOver(trial.QueuedAt, policy.QueryWaitTimeout, now))
            {
                _trials.TakeFirst().Refuse(LeaseOutcome.WaitTimedOut, null);
            }

            _opening.ForgetOldToken();
        }

        foreach (var (server, reason) in expired)
        {
            server.Close(reason);
        }

        OpenWanted(loop);
    }

    /// <summary>
    /// Whether it belongs to a database that only clients have named, and no server may have let it in yet. Not under the lock: a first look.
    /// </summary>
    public bool MayBeUnused => Policy.Database.IsAutomatic && Welcome is null;

    /// <summary>
    /// Ends a pool that <see cref="MayBeUnused"/> when no server has ever let it in and nobody has wanted it for as long as its failures are
    /// remembered: whoever makes names up before a login must not fill the memory with pools. True when it has ended.
    /// </summary>
    public bool TryEndUnused()
    {
        lock (_gate)
        {
            var isUnused = MayBeUnused && !_opening.HasSucceeded && _servers.Count == 0 && _waiters.Count + _welcomeWaiters.Count == 0
                && _trials.IsEmpty && _state == PoolState.Serving && _wantedAt != 0
                && _environment.Clock.GetElapsedTime(_wantedAt) >= Policy.ServerLoginRetry;
            if (isUnused)
            {
                _state = PoolState.Closed;
                _opening.Stop();
            }

            return isUnused;
        }
    }

    /// <summary>Opens what is wanted and allowed now.</summary>
    internal void OpenWanted(EventLoop? loop = null)
    {
        List<ServerConnection>? opened;
        lock (_gate)
        {
            opened = PlanOpening(loop ?? _environment.Loops[0]);
        }

        ServerOpening.Start(opened);
    }

    /// <summary>The server died on its way to its client, who is the next in turn again.</summary>
    internal void Requeue(LeaseRequest request)
    {
        ServerConnection? other = null;
        lock (_gate)
        {
            request.Server = null;
            if (request.State != LeaseRequestState.Assigned)
            {
                request.State = LeaseRequestState.None;
            }
            else if (_state == PoolState.Closed)
            {
                _delivery.Refuse(request, LeaseOutcome.ShuttingDown, null);
            }
            else
            {
                _waiters.PutBack(request);
                other = PopForWaiter(request.Loop.Index);
            }
        }

        OfferToWaiter(other);

        OpenWanted(request.Loop);
    }

    private static readonly Action<object?> CloseRetired = static state => ((ServerConnection)state!).CloseIfFree();

    private static readonly Action<object?> StartCheck = static state =>
    {
        var server = (ServerConnection)state!;
        ((Pool)server.Holder).OnCheckDue(server);
    };

    private static readonly Action<object?> OfferAgain = static state =>
    {
        var server = (ServerConnection)state!;
        if (server.State == ServerState.Idle)
        {
            ((Pool)server.Holder).OnServerReady(server);
        }
    };

    private ServerConnection? PopForWaiter(int loop) =>
        _state == PoolState.Serving && _waiters.Count > 0 ? _servers.PopIdle(loop) : null;

    // It finds its client, the first in turn, as one that has just become free.
    private static void OfferToWaiter(ServerConnection? server) => server?.Loop.Post(StartCheck, server);

    private void OnCheckDue(ServerConnection server)
    {
        if (server.State == ServerState.Idle && Policy.CheckQuery is { } sql)
        {
            server.StartCheck(sql);
        }
        else if (server.State == ServerState.Idle)
        {
            OnServerReady(server);
        }
    }

    private List<ServerConnection>? Enqueue(LeaseRequest request, WaitQueue queue)
    {
        if (_state == PoolState.Closed)
        {
            _delivery.Refuse(request, LeaseOutcome.ShuttingDown, null);
            return null;
        }

        if (_state != PoolState.Paused && _opening.MustFailFast(request.Loop.Timestamp))
        {
            _delivery.Refuse(request, LeaseOutcome.LoginFailing, _opening.LastError);
            return null;
        }

        _wantedAt = request.QueuedAt;
        queue.AddLast(request);
        return PlanOpening(request.Loop);
    }

    // A server that has said something nobody has read yet may have said its last word: it is looked at again after that is read.
    private ServerConnection? PopUsable(EventLoop loop)
    {
        while (_servers.PopIdle(loop.Index) is { } server)
        {
            if (server.Loop != loop || !server.Transport!.HasUnreadBytes)
            {
                return server;
            }

            loop.Post(OfferAgain, server);
        }

        return null;
    }

    private bool NeedsCheck(ServerConnection server) =>
        Policy.CheckQuery is not null
        && (Policy.CheckDelay == TimeSpan.Zero || _expiry.IsOver(server.LastUsedAt, Policy.CheckDelay, server.Loop.Timestamp));

    private List<ServerConnection>? PlanOpening(EventLoop loop)
    {
        if (_state != PoolState.Serving)
        {
            return null;
        }

        // Who has waited for longer is the first to get what room there is.
        var waitsLonger = _waiters.First is { } first && _trials.First is { } own && first.QueuedAt <= own.QueuedAt;
        var tried = waitsLonger ? null : PlanTrials(loop);
        var forWelcome = _welcomeWaiters.Count > 0 && _servers.LoggedIn == 0 ? 1 : 0;
        var forMinimum = Policy.MinimumSize - _servers.LoggedIn;
        var opened = _opening.Plan(Math.Max(_waiters.Count, Math.Max(forWelcome, forMinimum)), _waiters.First?.Loop ?? loop);
        tried ??= waitsLonger ? PlanTrials(loop) : null;
        return tried is null ? opened : [.. tried, .. opened ?? []];
    }

    private List<ServerConnection>? PlanTrials(EventLoop loop)
    {
        List<ServerConnection>? opened = null;
        while (_trials.MayStart && _trials.First!.Plan(_opening) is { } server)
        {
            _trials.Start(server);
            (opened ??= []).Add(server);
        }

        while (_trials.NeedsRoom && _servers.PopIdle(loop.Index) is { } idle)
        {
            MakeRoom(idle);
            idle.Loop.Post(CloseRetired, idle);
        }

        return opened;
    }

    private void MakeRoom(ServerConnection server)
    {
        server.Retire(ServerCloseReason.MadeRoom);
        if (server.RetireReason == ServerCloseReason.MadeRoom)
        {
            _trials.OnRoomMade();
        }
    }

    private void GreetWith(ServerConnection server)
    {
        Welcome = new PoolWelcome(server.Welcome, server.Parameters);
        while (_welcomeWaiters.First is { } request)
        {
            _welcomeWaiters.Remove(request);
            _delivery.Welcome(request);
        }
    }

    // What a client's token is worth, or whether it may replicate, is between it and the server: only a server that cannot be reached holds
    // up others.
    private void EndTrial(OwnLogin trial, ServerConnection server, ServerCloseReason reason, ErrorFields? error)
    {
        if (reason == ServerCloseReason.Paused || (trial is ReplicationOrder && reason == ServerCloseReason.ConfigurationChanged))
        {
            _trials.Add(trial);
            return;
        }

        if (reason is ServerCloseReason.ShuttingDown or ServerCloseReason.ConfigurationChanged or ServerCloseReason.ClientGone)
        {
            trial.Refuse(LeaseOutcome.LoginFailing, null);
            return;
        }

        var isPermanent = trial.IsRefusedForItself(reason, error);
        trial.Refuse(isPermanent ? LeaseOutcome.LoginRefused : LeaseOutcome.LoginFailing, error, server.TokenError);
        if (!isPermanent)
        {
            _opening.OnFailed(error);
        }
    }

    private void RefuseExpired(WaitQueue queue, PoolPolicy policy, long now)
    {
        while (queue.First is { } request && _expiry.IsOver(request.QueuedAt, policy.QueryWaitTimeout, now))
        {
            queue.Remove(request);
            _delivery.Refuse(request, LeaseOutcome.WaitTimedOut, null);
        }
    }

    private void RefuseAll(LeaseOutcome outcome, ErrorFields? error)
    {
        foreach (var queue in (ReadOnlySpan<WaitQueue>)[_waiters, _welcomeWaiters])
        {
            while (queue.First is { } request)
            {
                queue.Remove(request);
                _delivery.Refuse(request, outcome, error);
            }
        }
    }

    private void End(PoolState state, LeaseOutcome outcome, ServerCloseReason reason)
    {
        List<ServerConnection> servers;
        lock (_gate)
        {
            _state = state;
            _opening.Stop();
            while (_trials.First is not null)
            {
                _trials.TakeFirst().Refuse(outcome, null);
            }

            if (state == PoolState.Closed)
            {
                RefuseAll(outcome, null);
            }

            servers = [.. _servers.All];
        }

        RetireAll(servers, reason);
    }

    private static void RetireAll(List<ServerConnection> servers, ServerCloseReason reason)
    {
        foreach (var server in servers)
        {
            server.Retire(reason);
            server.Loop.Post(CloseRetired, server);
        }
    }
}
