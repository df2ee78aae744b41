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
    private readonly PoolWaiters _waiters;
    private readonly ReserveRule _reserve;
    private readonly LoginTrials _trials = new();
    private readonly TrialOpening _trialOpening;
    private readonly PoolSwitches _switches;
    private readonly PoolUpkeep _upkeep;
    private readonly PoolCounters[] _counters;

    public Pool(PoolKey key, PoolPolicy policy, PoolEnvironment environment)
    {
        Key = key;
        Use = new PoolUse(environment.Clock);
        Policy = policy;
        _environment = environment;
        _servers = new PoolServers(environment.Loops) { IsRoundRobin = policy.IsRoundRobin };
        _opening = new ServerOpening(this, _servers, environment);
        _expiry = new ServerExpiry(environment);
        Lending = new IdleLending(this, _servers, _expiry);
        _delivery = environment.Parts.CreateDelivery(this, _gate);
        _waiters = new PoolWaiters(environment.Parts.CreateWaiters(), _delivery, environment.Clock);
        _reserve = new ReserveRule(_servers, _waiters, _expiry, environment.Servers.Logger);
        _trialOpening = new TrialOpening(_trials, _servers, _opening);
        _switches = new PoolSwitches(this, _gate, _servers, _opening, _waiters, _trials);
        _upkeep = new PoolUpkeep(this, _gate, _servers, _opening, _expiry, _trialOpening);
        _counters = [.. environment.Loops.Select(_ => new PoolCounters())];
    }

    /// <summary>Database as clients call it, and user that servers log in as.</summary>
    public PoolKey Key { get; }

    /// <summary>What the configuration says.</summary>
    public PoolPolicy Policy { get; private set; }

    /// <summary>What servers say of themselves; null until the first login.</summary>
    public PoolWelcome? Welcome { get; private set; }

    /// <summary>Who uses it.</summary>
    internal PoolUse Use { get; }

    /// <summary>Which of its idle servers is lent next.</summary>
    internal IdleLending Lending { get; }

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
            var counts = new PoolCounts { Waiting = _waiters.Count, LongestWait = _waiters.LongestWait };
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
            if (_switches.State == PoolState.Serving)
            {
                // Who waits while servers are idle waits for the check of one.
                server = Lending.Pop(request.Loop);
            }

            if (server is null)
            {
                opened = Enqueue(request);
            }
            else if (Lending.NeedsCheck(server))
            {
                // A server that has been idle for long is asked first; when it answers it comes back to the first waiter.
                _waiters.Add(request);
                IdleLending.CheckAndOffer(server);
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
            opened = Enqueue(request);
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
                    _waiters.Remove(request);
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
            if (_switches.State is PoolState.Draining or PoolState.Closed)
            {
                trial.Refuse(LeaseOutcome.ShuttingDown, null);
                return;
            }

            if (_switches.State == PoolState.Serving && _opening.IsServerAway(trial.QueuedAt))
            {
                trial.Refuse(LeaseOutcome.LoginFailing, _opening.LastError);
                return;
            }

            Use.Touch();
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

    /// <summary>A token by which a server of this pool has let in a client of another process.</summary>
    public void OfferToken(string token)
    {
        lock (_gate)
        {
            _opening.TakeToken(token);
        }
    }

    /// <summary>What clients have shown that servers are logged in to with, and a token beside it.</summary>
    public (ServerCredentials Credentials, string? Token) Shown
    {
        get
        {
            lock (_gate)
            {
                return (_opening.Captured, _opening.Token);
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
            if (_trialOpening.TryAccept(server))
            {
                // Before the server is looked at for the next one: where there is room, it need not make any.
                tried = _switches.State == PoolState.Serving ? _trialOpening.Plan(server.Loop) : null;
            }

            if (server.Replication is null)
            {
                Welcome = new PoolWelcome(server.Welcome, server.Parameters);
                _waiters.WelcomeAll();
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
                request = _waiters.PeekFor(server.Loop.Index);
                if (_trialOpening.ComesBefore(request))
                {
                    request = null;
                    _trialOpening.MakeRoom(server);
                }
                else if (request is null)
                {
                    _servers.PushIdle(server);
                    _environment.Eviction.OnChange();
                }
                else
                {
                    _waiters.Assign(request, server);
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
            Use.Touch();
            _environment.Ledger.Remove(Key);
            _environment.Eviction.OnChange();
            if (_trialOpening.TryEnd(server, reason, error))
            {
                // Nobody else waits for what came of it.
            }
            else if (before == ServerState.Connecting
                && reason is not (ServerCloseReason.ShuttingDown or ServerCloseReason.ConfigurationChanged or ServerCloseReason.Paused
                    or ServerCloseReason.ClientGone))
            {
                if (reason is ServerCloseReason.LoginFailed or ServerCloseReason.TlsFailed && LoginThrottle.IsPermanent(error))
                {
                    _waiters.RefuseAll(LeaseOutcome.LoginRefused, error);
                }

                if (server.TokenError is not null)
                {
                    _opening.ForgetToken();
                }

                _opening.OnFailed(reason, error);
            }
            else if (server.LeaseCount == 0 && before != ServerState.Connecting
                && reason is ServerCloseReason.Crashed or ServerCloseReason.ProtocolViolation or ServerCloseReason.CheckFailed)
            {
                _opening.OnLostUnused();
            }

            // It may have been checked for somebody who waits while others are idle.
            other = PopForWaiter(server.Loop.Index);
        }

        if (other is not null)
        {
            IdleLending.CheckAndOffer(other);
        }

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
            _servers.IsRoundRobin = policy.IsRoundRobin;
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

        PoolSwitches.RetireAll(obsolete, ServerCloseReason.ConfigurationChanged);
    }

    /// <inheritdoc cref="PoolSwitches.Pause"/>
    public void Pause() => _switches.Pause();

    /// <inheritdoc cref="PoolSwitches.Resume"/>
    public void Resume() => _switches.Resume();

    /// <inheritdoc cref="PoolSwitches.Reconnect"/>
    public void Reconnect() => _switches.Reconnect();

    /// <inheritdoc cref="PoolSwitches.HasRetired"/>
    public bool HasRetired => _switches.HasRetired;

    /// <inheritdoc cref="PoolSwitches.Drain"/>
    public void Drain() => _switches.Drain();

    /// <inheritdoc cref="PoolSwitches.Close"/>
    public void Close(LeaseOutcome outcome, ServerCloseReason reason) => _switches.Close(outcome, reason);

    /// <inheritdoc cref="PoolSwitches.IsDrained"/>
    public bool IsDrained => _switches.IsDrained;

    /// <inheritdoc cref="PoolUpkeep.Sweep"/>
    public void Sweep(EventLoop loop) => _upkeep.Sweep(loop);

    /// <summary>
    /// Whether it may end: it has no clients and no servers, and nobody has wanted any for as long as <see cref="PoolLife"/> says.
    /// </summary>
    public bool IsUnusedFor(TimeSpan span)
    {
        lock (_gate)
        {
            return Use.IsOver(span) && _servers.Count == 0 && _waiters.Count == 0 && _trials.IsEmpty && _switches.State == PoolState.Serving;
        }
    }

    /// <summary>Whether a server has ever let it in.</summary>
    public bool HasSucceeded
    {
        get
        {
            lock (_gate)
            {
                return _opening.HasSucceeded;
            }
        }
    }

    /// <summary>Ends a pool that <see cref="IsUnusedFor"/> was true of. Under the registry's lock: nobody has asked for it since.</summary>
    public void EndUnused()
    {
        lock (_gate)
        {
            _switches.EndUnused();
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

    /// <summary>
    /// Which limit over several pools keeps a client from a server that the pool could open; <see cref="LedgerOutcome.Added"/> when none does,
    /// null when no server is wanted or the pool could open none anyway.
    /// </summary>
    internal LedgerOutcome? FindFullLimit()
    {
        lock (_gate)
        {
            return _switches.State == PoolState.Serving ? _opening.FindFullLimit(WantedForClients, _reserve, _environment.Loops[0].Timestamp) : null;
        }
    }

    /// <summary>The server that has been idle for longest; null when none is.</summary>
    internal ServerConnection? FindLongestIdle()
    {
        lock (_gate)
        {
            return _servers.FindLongestIdle();
        }
    }

    /// <summary>Closes a server to make room for another pool's; false when it is idle no more.</summary>
    internal bool TryEvict(ServerConnection server)
    {
        lock (_gate)
        {
            if (!_servers.TryTakeIdle(server))
            {
                return false;
            }

            server.Retire(ServerCloseReason.Evicted);
        }

        PoolSwitches.CloseWhenFree(server);
        return true;
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
            else if (_switches.State == PoolState.Closed)
            {
                _delivery.Refuse(request, LeaseOutcome.ShuttingDown, null);
            }
            else
            {
                _waiters.PutBack(request);
                other = PopForWaiter(request.Loop.Index);
            }
        }

        if (other is not null)
        {
            IdleLending.CheckAndOffer(other);
        }

        OpenWanted(request.Loop);
    }

    private ServerConnection? PopForWaiter(int loop) =>
        _switches.State == PoolState.Serving && _waiters.ForServer > 0 ? _servers.PopIdle(loop) : null;

    private List<ServerConnection>? Enqueue(LeaseRequest request)
    {
        if (_switches.State == PoolState.Closed)
        {
            _delivery.Refuse(request, LeaseOutcome.ShuttingDown, null);
            return null;
        }

        if (_switches.State != PoolState.Paused && _opening.MustFailFast(request.Loop.Timestamp))
        {
            _delivery.Refuse(request, LeaseOutcome.LoginFailing, _opening.LastError);
            return null;
        }

        Use.Touch();
        _waiters.Add(request);
        return PlanOpening(request.Loop);
    }

    // Who waits for the welcome needs one login only.
    private int WantedForClients => Math.Max(_waiters.ForServer, _waiters.HasForWelcome && _servers.LoggedIn == 0 ? 1 : 0);

    private List<ServerConnection>? PlanOpening(EventLoop loop)
    {
        if (_switches.State != PoolState.Serving)
        {
            return null;
        }

        // Who has waited for longer is the first to get what room there is.
        var waitsLonger = _waiters.First is { } first && _trials.First is { } own && first.QueuedAt <= own.QueuedAt;
        var tried = waitsLonger ? null : _trialOpening.Plan(loop);
        var forClients = WantedForClients;
        var forMinimum = Policy.Database.User is not null || Use.HasClients ? Policy.MinimumSize - _servers.LoggedIn : 0;
        var opened = _opening.Plan(Math.Max(forClients, forMinimum), forClients, _reserve, _waiters.First?.Loop ?? loop);
        tried ??= waitsLonger ? _trialOpening.Plan(loop) : null;
        return tried is null ? opened : [.. tried, .. opened ?? []];
    }
}
