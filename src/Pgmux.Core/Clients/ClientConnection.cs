using System.IO.Pipelines;
using System.Net;
using Pgmux.Core.Cancellation;
using Pgmux.Core.Configuration;
using Pgmux.Core.Diagnostics;
using Pgmux.Core.Parameters;
using Pgmux.Core.Pooling;
using Pgmux.Core.Pooling.Replication;
using Pgmux.Core.Servers;
using Pgmux.Core.Servers.Replication;
using Pgmux.Core.Statements;
using Pgmux.Core.Statements.Sql;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Clients;

/// <summary>
/// One client, from accept to close, on one loop. Between transactions it is parked: a pending read, no buffer, no server.
/// </summary>
internal sealed class ClientConnection : IServerLessee, ILeaseReceiver, ICancelTarget, IConnectionObserver
{
    private readonly ClientEnvironment _environment;
    private readonly ClientRequestReader _requests;
    private LeaseRequest? _request;
    private ReplicationOrder? _order;
    private ParameterSet? _startup;
    private ClientMeter _meter;
    private ClientWaits _waits;
    private string? _countedDatabase;
    private IPEndPoint? _proxied;
    private ClientCloseReason _leavingReason;

    public ClientConnection(long id, TransportConnection transport, ClientEnvironment environment)
    {
        Id = id;
        Transport = transport;
        _environment = environment;
        _requests = environment.Parts.CreateRequestReader(this);
        Parameters = environment.NoParameters;
        AcceptedAt = transport.Loop.Timestamp;
        _meter = new ClientMeter(AcceptedAt);
        transport.Observer = this;
    }

    /// <summary>Number in the console and the log.</summary>
    public long Id { get; }

    /// <inheritdoc/>
    public TransportConnection Transport { get; private set; }

    /// <summary>Where the client is: what a trusted proxy says, or the other end of the connection.</summary>
    public EndPoint RemoteEndPoint => _proxied ?? Transport.RemoteEndPoint;

    /// <summary>Where it is by the word of a trusted proxy; null without one.</summary>
    public IPEndPoint? ProxiedEndPoint => _proxied;

    /// <inheritdoc/>
    public EventLoop Loop => Transport.Loop;

    /// <summary>Where it stands.</summary>
    public ClientState State { get; private set; }

    /// <summary>Database as the client calls it; empty until the startup packet.</summary>
    public string Database { get; private set; } = "";

    /// <summary>User as the client calls itself; empty until the startup packet.</summary>
    public string User { get; private set; } = "";

    /// <summary>The pool; null until the client has proved who it is, and for the console.</summary>
    public Pool? Pool { get; private set; }

    /// <summary>The server that it holds.</summary>
    public ServerConnection? Server { get; private set; }

    /// <inheritdoc/>
    public bool IsWelcomed => CancelKey != default;

    /// <inheritdoc/>
    public CancelKey CancelKey { get; set; }

    /// <inheritdoc/>
    public bool KeepsIdleServer => IsSessionPooled || _requests.IsAboutToForward;

    /// <inheritdoc/>
    public PipeWriter Output => Transport.Output;

    /// <inheritdoc/>
    public ParameterSet Parameters { get; set; }

    /// <summary>Its prepared statements; null until it has prepared something.</summary>
    public ClientStatements? Statements { get; private set; }

    /// <summary>How many prepared statements it has.</summary>
    public int PreparedStatementCount => Statements?.Count ?? 0;

    /// <summary>Where it is counted what it does.</summary>
    public PoolCounters Counters => Pool!.CountersOf(Loop);

    /// <summary>Most prepared statements of a server. max_prepared_statements.</summary>
    public int ServerStatementLimit => Configuration.Options.MaxPreparedStatements;

    /// <summary>What sends its prepared statements along with it.</summary>
    public StatementRewriter Rewriter => _environment.Statements;

    /// <summary>
    /// Whether its prepared statements follow it from server to server. Who has statements already keeps them over a reload.
    /// </summary>
    public bool TracksStatements => Statements is not null || (_order is null && Pool!.Policy.TracksStatements);

    /// <summary>Whether a message of this type has to be looked at for its prepared statements.</summary>
    public bool Tracks(FrontendMessageType type) =>
        type == FrontendMessageType.Execute ? Statements is { CommandPortals: not null } : TracksStatements;

    /// <summary>When it was accepted, in ticks of the loop's clock.</summary>
    public long AcceptedAt { get; init; }

    /// <summary>When its last transaction or query ended, in ticks of the loop's clock.</summary>
    public long IdleSince => _meter.IdleSince;

    /// <summary>When its current query cycle began, in ticks of the loop's clock.</summary>
    public long RequestSince => _meter.RequestSince;

    /// <summary>When its last message began, or its last query cycle ended, in ticks of the loop's clock.</summary>
    public long MessageSince => _meter.MessageSince;

    /// <summary>When its current transaction began, in ticks of the loop's clock.</summary>
    public long TransactionSince => _meter.TransactionSince;

    /// <summary>
    /// When it began to stand in the queue for a server, or for the first login of one; null while it does not. A server may be on its way by
    /// now: whoever closes the client for its wait sends that back.
    /// </summary>
    public long? QueuedSince => _request is { State: LeaseRequestState.Queued } request ? request.QueuedAt : null;

    /// <summary>When its wait for a server began; null unless it waits.</summary>
    public long? WaitingSince => State == ClientState.Waiting ? _request?.QueuedAt ?? _order?.QueuedAt : null;

    /// <summary>As what it is counted for the limits of clients; null while it is not.</summary>
    public PoolKey? LedgerEntry => _countedDatabase is { } database ? new PoolKey(database, User) : null;

    /// <summary>Whether it is the process's own user on the Unix socket, who may do everything on the console.</summary>
    public bool IsConsoleOwner { get; set; }

    /// <summary>Whether it speaks protocol 3.2, whose cancel keys are longer.</summary>
    public bool HasLongCancelKey { get; set; }

    /// <summary>Whether it has logged in to the console.</summary>
    public bool IsConsole { get; private set; }

    /// <summary>Whether its lease outlives its transactions: in session mode, and of a replication client in any.</summary>
    public bool IsSessionPooled => _order is not null || Pool!.Policy.Mode == PoolMode.Session;

    /// <summary>Whether it replicates, and how.</summary>
    public ReplicationKind Replication => _order?.Kind ?? ReplicationKind.None;

    /// <summary>
    /// Whether the transaction is over and only a cancel request on its way keeps the server here. The next transaction does not begin
    /// on it: it would be hit by that request, and others may have waited for longer.
    /// </summary>
    public bool IsBetweenLeases => !IsSessionPooled
        && Server is { CancelsInFlight: > 0, TransactionStatus: TransactionStatus.Idle, Outstanding.IsReady: true };

    /// <summary>Whether another process takes over, and clients such as this one: in clear, and without a server of their own.</summary>
    public bool MayBeHandedOver => _environment.Handover is not null && Transport.Tls is null && !IsSessionPooled;

    /// <summary>Whether the client has said goodbye or has half-closed, and only its last replies keep it.</summary>
    public bool IsLeaving { get; private set; }

    /// <summary>The settings of the moment.</summary>
    public ConfigSnapshot Configuration => _environment.Configuration.Current;

    /// <inheritdoc/>
    public string LogName => $"C-{Id:x}: {(Database.Length > 0 ? Database : "(nodb)")}/{(User.Length > 0 ? User : "(nouser)")}@{EndPointText.Join(RemoteEndPoint)}";

    /// <summary>Its wish for a server; null while it has none.</summary>
    internal LeaseRequest? Request => _request;

    /// <summary>What reads its requests.</summary>
    internal ClientRequestReader Requests => _requests;

    /// <summary>What all clients share.</summary>
    internal ClientEnvironment Environment => _environment;

    /// <summary>Position among the clients of the loop; only <see cref="ClientRegistry"/> touches it.</summary>
    internal int RegistryIndex { get; set; } = -1;

    /// <summary>Logs in and then forwards requests until the connection is closed. Everything that goes wrong ends in <see cref="Close"/>.</summary>
    public Task RunAsync() => ClientReadLoop.RunAsync(this);

    /// <summary>Whether a cancel request has ended the wait of a command of the console.</summary>
    public bool IsCancelRequested { get; set; }

    /// <summary>Waits until what the client waits for may have come. <see cref="EndWait"/> has to follow.</summary>
    public ValueTask WaitAsync() => _waits.WaitAsync(Loop, Spares);

    /// <summary>What the client waits for may have come. Called on its loop.</summary>
    public void Wake() => _waits.Wake();

    /// <summary>The wait is over.</summary>
    public void EndWait() => _waits.EndWait(Spares);

    /// <summary>Waits until everything that was to be sent to the client has been. <see cref="EndDrain"/> has to follow.</summary>
    public ValueTask DrainAsync() => _waits.DrainAsync(Loop, Spares);

    /// <summary>The wait is over.</summary>
    public void EndDrain() => _waits.EndDrain(Spares);

    /// <summary>A trusted proxy has said whom it serves; null is nobody but itself.</summary>
    public void OnProxied(IPEndPoint? source) => _proxied = source;

    /// <summary>A TLS handshake begins; <see cref="OnEncrypted"/> or <see cref="Close"/> ends it.</summary>
    public void OnEncrypting() => State = ClientState.Encrypting;

    /// <summary>The connection is encrypted from now on: this one takes the place of the one that it was made of.</summary>
    public void OnEncrypted(TransportConnection transport)
    {
        Transport = transport;
        transport.Observer = this;
        State = ClientState.LoggingIn;
    }

    /// <summary>The startup packet has said who asks for what.</summary>
    public void OnIdentified(string database, string user)
    {
        Database = database;
        User = user;
    }

    /// <summary>The client is counted for the limits of clients, with the database that it has asked for.</summary>
    public void OnCounted(DatabaseOptions database) => _countedDatabase = database.Name;

    /// <summary>These are the names that the client has given, as its pool holds them.</summary>
    public void ShareNames(PoolKey key)
    {
        _countedDatabase = key.Database;
        User = key.User;
        if (Database == key.Database)
        {
            Database = key.Database;
        }
    }

    /// <summary>This is its pool, which lives until the client has closed.</summary>
    public void OnPoolEntered(Pool pool) => Pool = pool;

    /// <summary>The login is complete; the client is parked.</summary>
    public void OnLoggedIn(ParameterSet parameters, ParameterSet startup)
    {
        Parameters = parameters;
        _startup = startup;
        State = ClientState.Idle;
        _meter.OnParked(Loop);
    }

    /// <summary>The login is complete; the client talks to the console.</summary>
    public void OnConsoleOpened()
    {
        State = ClientState.Console;
        IsConsole = true;
        _environment.OnConsoleOpened();
    }

    /// <summary>
    /// In session mode: takes the server that is the client's for as long as it stays. False when the client has been closed instead.
    /// </summary>
    public async ValueTask<bool> TakeSessionServerAsync()
    {
        if (!TryLease())
        {
            while (State == ClientState.Waiting || _requests.Wait == RequestWait.Parameters)
            {
                await WaitAsync();
                EndWait();
            }
        }

        return State != ClientState.Closed;
    }

    /// <summary>The client wants a server of its own to replicate from, and waits until the order is done.</summary>
    public void Order(ReplicationOrder order)
    {
        _order = order;
        State = ClientState.Waiting;
        Pool!.Try(order);
    }

    /// <summary>The server that was ordered is there, and idle.</summary>
    public void OnReplicationServerGiven(ServerConnection server)
    {
        Server = server;
        State = ClientState.Active;
        Parameters = server.Parameters;
        _meter.OnLeased(Pool!, Loop, _order!.QueuedAt);
        server.BeginLease(this);
    }

    /// <summary>
    /// Gives the client a cancel key and tells it. With a server of its own the process id is the backend's, which lock diagnostics and
    /// PostgreSQL's isolation tests rely on, unless it has to carry the id of this process among its peers.
    /// </summary>
    public void WriteBackendKey()
    {
        var key = _environment.Cancels.Add(this, Server?.ProcessId ?? 0, HasLongCancelKey, CancelKeyMark.From(Configuration.Options));
        BackendMessages.WriteBackendKeyData(Output, key.ProcessId, key.CopySecretTo(stackalloc byte[CancelKey.LongSecretBytes]));
    }

    /// <summary>How its SQL texts are to be read.</summary>
    public SqlDialect Dialect => _environment.DialectOf(Parameters);

    /// <summary>Its prepared statements, for the first of them.</summary>
    public ClientStatements MakeStatements() => Statements ??= new ClientStatements();

    /// <summary>Asks for a server. True when the client has one and may forward at once; otherwise it waits for its wake-up.</summary>
    public bool TryLease()
    {
        _request = Spares.TakeRequest(this);
        _request.IsWaitTold = false;
        State = ClientState.Waiting;
        return Pool!.TryCheckOut(_request) is { } server && BeginLease(server);
    }

    /// <summary>
    /// Tells the client once that it waits. Nothing is under way to a client without a server, so the notice stands between messages; one that
    /// does not take what it has been sent is told nothing more.
    /// </summary>
    public void TellThatItWaits()
    {
        if (_request is { IsWaitTold: false } request && Transport.UnsentBytes == 0)
        {
            request.IsWaitTold = true;
            BackendMessages.WriteNoticeResponse(Output, ClientErrors.Queued);
            Transport.Flush();
        }
    }

    /// <summary>A further message of a query cycle has begun.</summary>
    public void OnMessage() => _meter.OnMessage(Loop);

    /// <summary>
    /// Before a new query cycle on a server that the client keeps: brings the server's parameters in line with the client's.
    /// True when the client may forward at once.
    /// </summary>
    public bool TryStartCycle()
    {
        var server = Server!;
        if (!server.Outstanding.IsReady)
        {
            OnMessage();
            return true;
        }

        var isTransactionStart = server.TransactionStatus == TransactionStatus.Idle;
        _meter.OnCycleStarted(Loop, isTransactionStart);
        return !isTransactionStart || ReferenceEquals(server.Parameters, Parameters) || server.SyncParameters(keepsUnnamed: IsSessionPooled);
    }

    /// <summary>The client has sent this many bytes for a server.</summary>
    public void OnRequestBytes(int count) => Counters.BytesReceived += count;

    /// <summary>The client says goodbye or sends no more. Replies that are owed are still delivered.</summary>
    public RequestStep Leave(ClientCloseReason reason)
    {
        IsLeaving = true;
        _leavingReason = reason;
        if (Server is { } server && Transport.PeerState != PeerState.Reset && WillHearMore(server) && !server.IsMidRequest)
        {
            return RequestStep.Wait;
        }

        Close(reason);
        return RequestStep.End;
    }

    /// <summary>Waits until it is known what the pool says of itself; false when the client has been closed instead.</summary>
    public async ValueTask<PoolWelcome?> WaitForWelcomeAsync()
    {
        var pool = Pool!;
        _request = Spares.TakeRequest(this);
        if (!pool.TryGetWelcome(_request))
        {
            await WaitAsync();
            EndWait();
        }

        EndRequest();
        return State == ClientState.Closed ? null : pool.Welcome;
    }

    /// <summary>Closes the connection, after <paramref name="error"/> where one can still be told. May be called again.</summary>
    public void Close(ClientCloseReason reason, ErrorFields? error = null)
    {
        if (State == ClientState.Closed)
        {
            return;
        }

        // The state first: what follows completes pending reads, and they must find the client closed.
        var server = Server;
        var canBeTold = server is not { IsMidReply: true } && State != ClientState.Encrypting;
        State = ClientState.Closed;
        Server = null;
        ClientsLog.Closed(_environment, this, reason, error);
        if (server is not null)
        {
            ReleaseOrClose(server, reason);
        }

        // After the server, whose unanswered requests may have stood for changes.
        Statements?.Clear();
        if (_request is not null)
        {
            Pool?.Abandon(_request);
            EndRequest();
        }

        if (_order is not null && server is null)
        {
            Pool!.Abandon(_order);
        }

        if (IsWelcomed)
        {
            _environment.Cancels.Remove(this);
        }

        if (error is not null && canBeTold)
        {
            LastWord.TryWrite(_environment.Logger, LogName, Output, output => BackendMessages.WriteErrorResponse(output, error));
        }

        Transport.Close();
        _environment.OnClosed(this);
        _waits.OnClosed();
    }

    /// <summary>
    /// Gives the client's socket to whoever goes on with it in another process: here the client is closed, and hears nothing of it. Only for one
    /// that is parked.
    /// </summary>
    /// <returns>The descriptor; -1 when something has come from the client meanwhile, which goes on here then.</returns>
    public int GiveAway()
    {
        var descriptor = Transport.Detach();
        if (descriptor >= 0)
        {
            State = ClientState.Closed;
            ClientsLog.Closed(_environment, this, ClientCloseReason.HandedOver, error: null);
            Statements?.Clear();
            _environment.Cancels.Remove(this);
            _environment.OnClosed(this);
            _waits.OnClosed();
        }

        return descriptor;
    }

    /// <inheritdoc/>
    public string? StartupValue(int parameter) => _startup?[parameter];

    /// <inheritdoc/>
    public void OnForwarded(int bytes) => Counters.BytesSent += bytes;

    /// <inheritdoc/>
    public void OnReadyForQuery(TransactionStatus status)
    {
        _meter.OnReadyForQuery(Pool!, Loop, status);
        if (status == TransactionStatus.Idle && Statements is { CommandPortals: { } portals } && Server is { } server)
        {
            portals.OnTransactionEnded(server.Outstanding.AnsweredCycle);
            Statements.CommandPortals = portals.IsEmpty ? null : portals;
        }

        if (status != TransactionStatus.Idle && Pool!.Policy.Mode == PoolMode.Statement && _order is null)
        {
            Close(ClientCloseReason.TransactionInStatementMode, ClientErrors.TransactionInStatementMode);
        }
    }

    /// <inheritdoc/>
    public bool TryTellError(ReadOnlySpan<byte> body, in OutstandingRequest failed) =>
        TracksStatements && _environment.ErrorRewriter.TryTell(Output, Statements, body, failed);

    /// <inheritdoc/>
    public bool RunAgain(ServerConnection server) => CycleRerun.RunAgain(this, server);

    /// <inheritdoc/>
    public void OnAllStatementsDropped() => Statements?.ClearNamed();

    /// <summary>Answers a simple query that pgmux has carried out itself.</summary>
    public void AnswerQuery(string tag)
    {
        var status = Server?.TransactionStatus ?? TransactionStatus.Idle;
        _meter.OnCycleStarted(Loop, status == TransactionStatus.Idle);
        Statements?.Unnamed.Binding.Clear(StatementHolder.Client);
        BackendMessages.WriteCommandComplete(Output, tag);
        BackendMessages.WriteReadyForQuery(Output, status);
        _requests.HasAnswered = true;
        OnReadyForQuery(status);
    }

    /// <summary>Tells of the error after which its query cycle was to be run again.</summary>
    public void TellRefusal(ServerConnection server)
    {
        if (!TryTellError(server.Copy.Error, server.Copy.Failed))
        {
            BackendMessages.WriteRaw(Output, BackendMessageType.ErrorResponse, server.Copy.Error);
        }

        server.Copy.Drop();
        _requests.HasAnswered = true;
    }

    /// <summary>Sees to it that all requests that were sent are answered. Flush changes nothing but when replies are sent.</summary>
    public void FlushRequests(ServerConnection server)
    {
        if (!server.Outstanding.IsAnswerable)
        {
            FrontendMessages.WriteFlush(server.Transport!.Output);
            OnFlush(server);
        }
    }

    /// <summary>A Flush is being sent to its server.</summary>
    public void OnFlush(ServerConnection server)
    {
        server.Outstanding.OnFlush();
        if (server.Outstanding.HasAnswerDue)
        {
            server.AnswerDue();
            _requests.HasAnswered = true;
        }
    }

    /// <inheritdoc/>
    public void OnParametersAccepted()
    {
        if (_requests.Wait == RequestWait.Parameters)
        {
            _requests.Wait = RequestWait.None;
            _requests.IsAboutToForward = true;
            _waits.Wake();
        }
    }

    /// <inheritdoc/>
    public void OnParametersRefused(ErrorFields error) =>
        Close(ClientCloseReason.ParameterRefused, ClientErrors.ParameterRefused(error));

    /// <inheritdoc/>
    public void OnRepliesTaken(ServerConnection server)
    {
        var hasCome = _requests.Wait switch
        {
            RequestWait.Room => !server.Outstanding.IsFull,

            // A server in COPY answers nothing before it has its data: what is not data it refuses, whatever it is.
            RequestWait.EarlierCycles => !server.Outstanding.HasEarlierCycle || server.Outstanding.IsCopyInOpen,
            RequestWait.AllReplies => server.Outstanding.Count == 0 || server.Outstanding.IsCopyInOpen,

            // Who leaves has heard what was still to come.
            _ => IsLeaving && !WillHearMore(server),
        };
        if (hasCome)
        {
            _waits.Wake();
        }
    }

    /// <inheritdoc/>
    public void OnServerReleasable(ServerConnection server)
    {
        if (_requests.IsAboutToForward)
        {
            return;
        }

        if (_environment.ClosesAfterTransactions && !IsLeaving && !MayBeHandedOver)
        {
            Close(ClientCloseReason.ShuttingDown, ClientErrors.ShuttingDown);
            return;
        }

        if (IsSessionPooled && !IsLeaving)
        {
            return;
        }

        if (IsLeaving)
        {
            Close(_leavingReason);
            return;
        }

        Server = null;
        State = ClientState.Idle;
        Pool!.Return(server);
        if (_requests.Wait != RequestWait.None)
        {
            // A wait for replies has ended too: there are none left to come.
            _waits.Wake();
        }
        else
        {
            _environment.Handover?.OnParked(this);
        }
    }

    /// <inheritdoc/>
    public void OnServerLost(ServerCloseReason reason, ErrorFields? error, bool canTell)
    {
        if (State == ClientState.Closed)
        {
            return;
        }

        Server = null;
        Close(ClientCloseReason.ServerLost, canTell && !IsLeaving ? ClientErrors.For(reason, error) : null);
    }

    void ILeaseReceiver.OnServerGranted(ServerConnection server)
    {
        _requests.IsAboutToForward = true;
        BeginLease(server);
        _waits.Wake();
    }

    void ILeaseReceiver.OnWelcomeKnown() => _waits.Wake();

    void ILeaseReceiver.OnLeaseRefused(LeaseOutcome outcome, ErrorFields? error) => OnServerRefused(outcome, ClientErrors.For(outcome, error));

    /// <summary>There will be no server for the client.</summary>
    /// <param name="outcome">Why.</param>
    /// <param name="error">What the client is told of it.</param>
    internal void OnServerRefused(LeaseOutcome outcome, ErrorFields error) =>
        Close(outcome switch
        {
            LeaseOutcome.DatabaseRemoved => ClientCloseReason.DatabaseRemoved,
            LeaseOutcome.ShuttingDown => ClientCloseReason.ShuttingDown,
            _ => ClientCloseReason.NoServer,
        }, error);

    /// <inheritdoc/>
    public Task<CancelOutcome> CancelAsync()
    {
        if (Server is { } server)
        {
            // Nothing is sent for a client that waits for nothing: the request could only hit what comes next.
            return server.Outstanding.IsEmpty || server.OwnRequest != OwnRequest.None
                ? Task.FromResult(CancelOutcome.Served)
                : _environment.CancelForwarder.CancelAsync(server, Configuration.Options.CancelWaitTimeout);
        }

        if (State == ClientState.Console && _waits.IsWaiting)
        {
            IsCancelRequested = true;
            _waits.Wake();
        }

        if (State == ClientState.Waiting)
        {
            Pool!.Abandon(_request!);
            EndRequest();
            State = ClientState.Idle;
            _requests.CancelWaiting();
            _waits.Wake();
        }

        return Task.FromResult(CancelOutcome.Served);
    }

    void IConnectionObserver.OnPeerClosed(TransportConnection connection)
    {
        // Without a pending read the client waits: for a server, which it will not use any more, or for its replies, which a
        // half-closed client still takes.
        if (connection.PeerState == PeerState.Reset || State is ClientState.Waiting or ClientState.LoggingIn or ClientState.Encrypting)
        {
            Close(ClientCloseReason.UnexpectedEof);
        }
    }

    void IConnectionObserver.OnDrained(TransportConnection connection) => _waits.OnDrained();

    // A reply counts as given when its beginning has come.
    private static bool WillHearMore(ServerConnection server) => server.Outstanding.WillAnswer || server.IsMidReply;

    private bool BeginLease(ServerConnection server)
    {
        Server = server;
        State = ClientState.Active;
        _meter.OnLeased(Pool!, Loop, _request!.QueuedAt);
        EndRequest();
        var mayForward = server.BeginLease(this);
        _requests.Wait = mayForward ? RequestWait.None : RequestWait.Parameters;
        return mayForward;
    }

    private ClientSpares Spares => _environment.RegistryOf(Loop).Spares;

    private void EndRequest()
    {
        if (_request is { } request)
        {
            _request = null;
            Spares.Return(request);
        }
    }

    private void ReleaseOrClose(ServerConnection server, ClientCloseReason reason)
    {
        if (server.IsReleasable && server.OwnRequest == OwnRequest.None && !server.Outstanding.NeedsProbe)
        {
            Pool!.Return(server);
            return;
        }

        var isBusy = !server.Outstanding.IsEmpty;
        server.Close(reason switch
        {
            ClientCloseReason.QueryTimedOut => ServerCloseReason.QueryTimedOut,
            ClientCloseReason.IdleTransactionTimedOut => ServerCloseReason.IdleTransactionTimedOut,
            ClientCloseReason.TransactionTimedOut => ServerCloseReason.TransactionTimedOut,
            ClientCloseReason.TransactionInStatementMode => ServerCloseReason.TransactionInStatementMode,
            ClientCloseReason.ParameterRefused => ServerCloseReason.ParameterRefused,
            _ => ServerCloseReason.ClientGone,
        });
        if (isBusy)
        {
            // Closing alone does not stop a query: PostgreSQL looks at the connection only when it has something to say.
            _environment.CancelForwarder.CancelAbandoned(server, Configuration.Options.CancelWaitTimeout);
        }
    }
}
