using System.Buffers;
using System.IO.Pipelines;
using System.Diagnostics.CodeAnalysis;
using Pgmux.Core.Authentication;
using Pgmux.Core.Parameters;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Servers;

/// <summary>
/// One connection to PostgreSQL, from connect to close. It lives on the loop of the client that holds it; while idle another
/// loop may take it over. It does not know its pool: <see cref="IServerHolder"/> and <see cref="IServerLessee"/> are told.
/// </summary>
internal sealed class ServerConnection : IConnectionObserver
{
    private readonly EventLoop _home;
    private readonly IServerHolder _holder;
    private readonly ServerEnvironment _environment;
    private readonly ServerParameters _parameters;
    private readonly ServerReplyReader _replies;
    private readonly CancellationTokenSource _connecting = new();

    /// <param name="id">Number in the console and the log, from the counter that clients share.</param>
    /// <param name="target">Where to connect and as whom.</param>
    /// <param name="endPoint">The one of the target's addresses that is this connection's.</param>
    /// <param name="credentials">What to answer when the server asks for a password.</param>
    /// <param name="holder">Who is told of its life.</param>
    /// <param name="environment">What all servers share.</param>
    /// <param name="home">The loop that opens it.</param>
    public ServerConnection(
        long id, ServerTarget target, System.Net.EndPoint endPoint, ServerCredentials credentials, IServerHolder holder, ServerEnvironment environment, EventLoop home)
    {
        Id = id;
        EndPoint = endPoint;
        Credentials = credentials;
        _home = home;
        OpenedAt = LastUsedAt = home.Timestamp;
        Target = target;
        _holder = holder;
        _environment = environment;
        _parameters = new ServerParameters(environment.Tracked, environment.ParameterSets);
        _replies = new ServerReplyReader(this, _parameters);
    }

    /// <summary>Number in the console and the log.</summary>
    public long Id { get; }

    /// <summary>Where it connects and as whom.</summary>
    public ServerTarget Target { get; }

    /// <summary>Who keeps it between leases.</summary>
    public IServerHolder Holder => _holder;

    /// <summary>Its address.</summary>
    public System.Net.EndPoint EndPoint { get; }

    /// <summary>What it answers when the server asks for a password.</summary>
    public ServerCredentials Credentials { get; }

    /// <summary>Where it stands.</summary>
    public ServerState State { get; private set; }

    /// <summary>The loop that owns the connection now.</summary>
    public EventLoop Loop => Transport?.Loop ?? _home;

    /// <summary>The byte stream; null until connected.</summary>
    public TransportConnection? Transport { get; private set; }

    /// <summary>What the server still owes.</summary>
    public OutstandingRequests Outstanding { get; } = new();

    /// <summary>What the last ReadyForQuery said.</summary>
    public TransactionStatus TransactionStatus { get; internal set; } = TransactionStatus.Idle;

    /// <summary>The run-time parameters that the server has now.</summary>
    public ParameterSet Parameters => _parameters.Current;

    /// <summary>Who holds the server; null unless leased.</summary>
    public IServerLessee? Lessee { get; private set; }

    /// <summary>What the server said of itself at the login, in its order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Welcome { get; private set; } = [];

    /// <summary>The backend's process id; 0 when it did not say.</summary>
    public int ProcessId { get; private set; }

    /// <summary>The backend's key for cancel requests; empty when it did not say.</summary>
    public ReadOnlyMemory<byte> CancelSecret { get; private set; }

    /// <summary>Cancel requests that have been sent to this backend and have not seen their end.</summary>
    public int CancelsInFlight { get; private set; }

    /// <summary>Whether the connection closes instead of going back to its pool.</summary>
    public ServerCloseReason? RetireReason { get; private set; }

    /// <summary>Whether a message of the client has been sent in part.</summary>
    public bool IsMidRequest { get; set; }

    /// <summary>Whether a reply has reached the client in part.</summary>
    public bool IsMidReply => _replies.IsMidReply;

    /// <summary>How often it has been lent.</summary>
    public long LeaseCount { get; private set; }

    /// <summary>What pgmux itself waits for.</summary>
    public OwnRequest OwnRequest { get; private set; }

    /// <summary>When the connection was ordered, in ticks of the loop's clock.</summary>
    public long OpenedAt { get; }

    /// <summary>When a client last had it or the login ended, in ticks of the loop's clock.</summary>
    public long LastUsedAt { get; private set; }

    /// <summary>Links and place in the lists of the pool; only the pool touches them.</summary>
    internal ServerLinks Links = new() { IdleLoop = ServerLinks.NotIdle };

    /// <summary>
    /// Connects, logs in and then reads replies until the connection is closed. Runs on the home loop, later on whichever loop
    /// has taken the connection over. Everything that goes wrong ends in <see cref="Close"/>.
    /// </summary>
    public async Task RunAsync()
    {
        try
        {
            Transport = await _home.ConnectAsync(Target.Connect with { EndPoint = EndPoint }, _connecting.Token);
            if (State == ServerState.Closed)
            {
                Transport.Abort();
                return;
            }

            Transport.Observer = this;
            await LogInAsync(Transport);
            while (State != ServerState.Closed)
            {
                var result = await Transport.Input.ReadAsync();
                TakeReplies(result);
                if (Lessee is { } lessee)
                {
                    // The server counts as busy until its client has room for the next replies: a slow client slows its own
                    // server only.
                    await lessee.Output.FlushAsync();
                }

                OnRepliesTaken(result.IsCompleted);
            }
        }
        catch (ConnectException failure)
        {
            Close(ReasonOf(failure), ErrorFields.Fatal(SqlState.ConnectionFailure, failure.Message));
        }
        catch (OperationCanceledException) when (State == ServerState.Closed)
        {
            // Close has cancelled the connect and has told everybody.
        }
        catch (ProtocolViolationException violation)
        {
            ServersLog.ProtocolViolation(_environment.Logger, LogName, violation.Message);
            Close(ServerCloseReason.ProtocolViolation);
        }
        catch (Exception failure)
        {
            // A fault of ours costs this connection and its client, not the process.
            ServersLog.InternalError(_environment.Logger, failure, LogName);
            Close(ServerCloseReason.InternalError);
        }
    }

    /// <summary>Lends the server. The caller has taken it out of the pool and is on its loop.</summary>
    /// <returns>Whether the client's messages may follow at once; if not, <see cref="IServerLessee.OnParametersAccepted"/> comes first.</returns>
    public bool BeginLease(IServerLessee lessee)
    {
        Require(ServerState.Idle);
        State = ServerState.Leased;
        Lessee = lessee;
        LeaseCount++;
        return SyncParameters();
    }

    /// <summary>
    /// Asks the server for the parameters of the client that holds it, when they differ. Called with nothing outstanding.
    /// </summary>
    /// <returns>Whether the client's messages may follow at once.</returns>
    public bool SyncParameters()
    {
        var wanted = Lessee!.Parameters;
        if (_parameters.Difference(wanted) is not { } sql)
        {
            return true;
        }

        SendOwn(OwnRequest.ParameterSync, sql);

        // Values that some server has taken before are taken again; others are waited for, so that no query runs without them.
        if (!wanted.IsAccepted)
        {
            FlushOwn();
            return false;
        }

        return true;
    }

    /// <summary>Takes the server back from its client. The release rule holds.</summary>
    public void EndLease()
    {
        Require(ServerState.Leased);
        State = ServerState.Idle;
        Lessee = null;
        LastUsedAt = Loop.Timestamp;
    }

    /// <summary>Runs server_reset_query; <see cref="IServerHolder.OnServerReady"/> follows.</summary>
    public void StartReset(string sql)
    {
        Require(ServerState.Idle);
        State = ServerState.Resetting;
        SendOwn(OwnRequest.Reset, sql);
        FlushOwn();
    }

    /// <summary>Runs server_check_query; <see cref="IServerHolder.OnServerReady"/> follows.</summary>
    public void StartCheck(string sql)
    {
        Require(ServerState.Idle);
        State = ServerState.Testing;
        SendOwn(OwnRequest.Check, sql);
        FlushOwn();
    }

    /// <summary>Closes the connection at its next release; the first reason stands. Called on any thread.</summary>
    public void Retire(ServerCloseReason reason) => RetireReason ??= reason;

    /// <summary>Closes a connection that is to be retired when no client has it. Called on the loop.</summary>
    public void CloseIfFree()
    {
        if (!Loop.IsCurrent)
        {
            // Another loop has taken it over meanwhile.
            Loop.Post(static state => ((ServerConnection)state!).CloseIfFree(), this);
        }
        else if (RetireReason is { } reason && State is ServerState.Idle or ServerState.Connecting)
        {
            Close(reason);
        }
    }

    /// <summary>A cancel request is being sent to the backend: it stays with its client until <see cref="OnCancelEnded"/>.</summary>
    public void OnCancelStarted() => CancelsInFlight++;

    /// <summary>The cancel request has seen its end; when it did not, the server is closed.</summary>
    public void OnCancelEnded(bool isCertain)
    {
        CancelsInFlight--;
        if (!isCertain)
        {
            Close(ServerCloseReason.CancelTimedOut);
        }

        TryRelease();
    }

    /// <summary>Tells the client that its lease may end, when the release rule holds.</summary>
    public void TryRelease()
    {
        if (Lessee is not { } lessee || OwnRequest != OwnRequest.None || !ReleaseRule.Allows(this))
        {
            return;
        }

        if (Outstanding.NeedsProbe)
        {
            SendProbe();
            return;
        }

        lessee.OnServerReleasable(this);
    }

    /// <summary>Closes at once and tells the holder and the lessee. May be called again.</summary>
    public void Close(ServerCloseReason reason, ErrorFields? error = null)
    {
        if (State == ServerState.Closed)
        {
            return;
        }

        // The state first: closing the transport completes pending reads, and they must find the connection closed.
        var before = State;
        var lessee = Lessee;
        State = ServerState.Closed;
        Lessee = null;
        LogClosed(reason, error);
        _connecting.Cancel();
        if (before == ServerState.Idle && Transport is { PeerState: PeerState.Open } transport)
        {
            FrontendMessages.WriteTerminate(transport.Output);
            transport.Close();
        }
        else
        {
            Transport?.Abort();
        }

        lessee?.OnServerLost(reason, error, _replies.IsErrorForwarded);
        _holder.OnServerClosed(this, before, reason, error);
    }

    void IConnectionObserver.OnPeerClosed(TransportConnection connection)
    {
        // The server has gone while the client's slowness kept us from reading. What it has sent is still read; a reset takes
        // it away.
        if (connection.PeerState == PeerState.Reset)
        {
            Close(ServerCloseReason.Crashed);
        }
    }

    void IConnectionObserver.OnDrained(TransportConnection connection) => TryRelease();

    private async ValueTask LogInAsync(TransportConnection transport)
    {
        var login = new ServerLogin(this, transport, _parameters, _environment.Authentication.Keys);
        if (await login.RunAsync() is { } refusal)
        {
            Close(ServerCloseReason.LoginFailed, refusal);
            return;
        }

        if (State == ServerState.Closed)
        {
            return;
        }

        Welcome = login.Welcome;
        ProcessId = login.ProcessId;
        CancelSecret = login.CancelSecret;
        if (Target.ConnectQuery is { } sql)
        {
            SendOwn(OwnRequest.ConnectQuery, sql);
            FlushOwn();
        }
        else
        {
            OnLoggedIn();
        }
    }

    private void OnLoggedIn()
    {
        State = ServerState.Idle;
        LastUsedAt = Loop.Timestamp;
        _holder.OnServerLoggedIn(this);
    }

    private void TakeReplies(in ReadResult result)
    {
        if (State == ServerState.Closed)
        {
            return;
        }

        var buffer = result.Buffer;
        var taken = ReadReplies(buffer);
        if (State != ServerState.Closed)
        {
            Transport!.Input.AdvanceTo(buffer.GetPosition(taken), buffer.End);
        }
    }

    private void OnRepliesTaken(bool isEndOfStream)
    {
        if (State == ServerState.Closed)
        {
            return;
        }

        if (isEndOfStream)
        {
            Close(ServerCloseReason.Crashed, _replies.LastError);
            return;
        }

        TryRelease();
        if (!Outstanding.IsFull)
        {
            Lessee?.OnRoomForRequests();
        }
    }

    private int ReadReplies(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsSingleSegment)
        {
            return _replies.Read(buffer.FirstSpan);
        }

        // The loops lend one segment at a time; other pipes may not.
        var copy = ArrayPool<byte>.Shared.Rent(checked((int)buffer.Length));
        try
        {
            buffer.CopyTo(copy);
            return _replies.Read(copy.AsSpan(0, (int)buffer.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private static ServerCloseReason ReasonOf(ConnectException failure) => failure.Reason switch
    {
        ConnectFailure.TimedOut => ServerCloseReason.ConnectTimedOut,
        ConnectFailure.NameNotResolved => ServerCloseReason.NameNotResolved,
        _ => ServerCloseReason.ConnectFailed,
    };

    /// <summary>pgmux's own request has ended.</summary>
    internal void OnOwnRequestReady(ErrorFields? error)
    {
        var request = OwnRequest;
        OwnRequest = OwnRequest.None;
        switch (request)
        {
            case OwnRequest.ParameterSync:
                OnParametersSynced(error);
                break;
            case OwnRequest.Reset when error is not null:
                Close(ServerCloseReason.ResetFailed, error);
                break;
            case OwnRequest.Check when error is not null:
                Close(ServerCloseReason.CheckFailed, error);
                break;
            case OwnRequest.ConnectQuery:
                if (error is not null)
                {
                    ServersLog.ConnectQueryFailed(_environment.Logger, LogName, error.Message);
                }

                OnLoggedIn();
                break;
            case OwnRequest.Reset or OwnRequest.Check when TransactionStatus != TransactionStatus.Idle:
                Close(ServerCloseReason.ResetFailed);
                break;
            case OwnRequest.Reset or OwnRequest.Check:
                State = ServerState.Idle;
                LastUsedAt = Loop.Timestamp;
                _holder.OnServerReady(this);
                break;
        }
    }

    private void OnParametersSynced(ErrorFields? error)
    {
        var lessee = Lessee!;
        if (error is not null)
        {
            // The server has some of the client's values and not others: neither of the two goes on.
            lessee.OnParametersRefused(error);
            Close(ServerCloseReason.ParameterRefused, error);
            return;
        }

        _parameters.OnAccepted(lessee);
        lessee.OnParametersAccepted();
    }

    private void SendOwn(OwnRequest request, string sql)
    {
        OwnRequest = request;
        Outstanding.Add(RequestKind.Query, ReplyAction.Swallow);
        FrontendMessages.WriteQuery(Transport!.Output, sql);
    }

    private void SendProbe()
    {
        const string NobodysStatement = "pgmux_probe";
        Outstanding.Add(RequestKind.Probe, ReplyAction.Swallow);
        FrontendMessages.WriteClose(Transport!.Output, (byte)'S', NobodysStatement);
        FrontendMessages.WriteFlush(Transport.Output);
        FlushOwn();
    }

    [SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "A few bytes on an idle server: the flush never waits.")]
    private void FlushOwn() => _ = Transport!.Output.FlushAsync();

    private void LogClosed(ServerCloseReason reason, ErrorFields? error)
    {
        if (_environment.LogDisconnections || State == ServerState.Connecting)
        {
            ServersLog.Closing(_environment.Logger, LogName, reason.Describe(), AgeSeconds);
        }
    }

    private long AgeSeconds => (long)Loop.TimeProvider.GetElapsedTime(OpenedAt, Loop.TimeProvider.GetTimestamp()).TotalSeconds;

    /// <summary>How the log names the connection.</summary>
    public string LogName => $"S-{Id:x}: {Target.Database}/{Target.User}@{EndPoint}";

    private void Require(ServerState expected)
    {
        if (State != expected)
        {
            throw new InvalidOperationException($"{LogName} is {State}, not {expected}");
        }
    }
}
