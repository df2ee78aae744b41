using System.Net;
using Pgmux.Core.Authentication;
using Pgmux.Core.Diagnostics;
using Pgmux.Core.Parameters;
using Pgmux.Core.Servers.Replication;
using Pgmux.Core.Statements;
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
    private readonly OwnRequests _own;
    private readonly CancellationTokenSource _connecting = new();

    // 0 is none; else the reason plus one, in one word because other loops read and write it.
    private int _retireReason;

    /// <param name="id">Number in the console and the log, from the counter that clients share.</param>
    /// <param name="target">Where to connect and as whom.</param>
    /// <param name="endPoint">The one of the target's addresses that is this connection's.</param>
    /// <param name="credentials">What to answer when the server asks for a password.</param>
    /// <param name="holder">Who is told of its life.</param>
    /// <param name="environment">What all servers share.</param>
    /// <param name="home">The loop that opens it.</param>
    public ServerConnection(
        long id,
        ServerTarget target,
        EndPoint endPoint,
        ServerCredentials credentials,
        IServerHolder holder,
        ServerEnvironment environment,
        EventLoop home)
    {
        Id = id;
        EndPoint = Address = endPoint;
        Credentials = credentials;
        _home = home;
        OpenedAt = LastUsedAt = home.Timestamp;
        Target = target;
        _holder = holder;
        _environment = environment;
        _parameters = environment.Parts.CreateParameters(environment.Tracked, environment.ParameterSets);
        Statements = environment.Parts.CreateStatements();
        _replies = new ServerReplyReader(this, _parameters);
        _own = new OwnRequests(this);
        Outstanding = environment.Parts.CreateOutstanding(Statements);
    }

    /// <summary>Number in the console and the log.</summary>
    public long Id { get; }

    /// <summary>Where it connects and as whom.</summary>
    public ServerTarget Target { get; }

    /// <summary>
    /// What the replication client wants that it is opened for; null when it serves any client. Such a server is lent once, is asked nothing
    /// by pgmux itself, and closes when its client leaves.
    /// </summary>
    public ReplicationStart? Replication { get; init; }

    /// <summary>Who keeps it between leases.</summary>
    public IServerHolder Holder => _holder;

    /// <summary>Its host as it is configured: a name, an address, or a Unix socket.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>Where it is connected: the address that the name stood for; as it is configured until then. Read on any thread.</summary>
    public EndPoint Address { get; private set; }

    /// <summary>What it answers when the server asks for a password.</summary>
    public ServerCredentials Credentials { get; }

    /// <summary>What it has said to a token that it does not take; null when it has not looked at one. Set before the close.</summary>
    public byte[]? TokenError { get; set; }

    /// <summary>Where it stands.</summary>
    public ServerState State { get; private set; }

    /// <summary>The loop that owns the connection now.</summary>
    public EventLoop Loop => Transport?.Loop ?? _home;

    /// <summary>The byte stream; null until connected.</summary>
    public TransportConnection? Transport { get; private set; }

    /// <summary>Version and cipher of TLS as the console shows them; empty when the connection is in clear. Read on any thread.</summary>
    public string Tls { get; private set; } = "";

    /// <summary>What the server still owes.</summary>
    public OutstandingRequests Outstanding { get; }

    /// <summary>Prepared statements that it has.</summary>
    public ServerStatements Statements { get; }

    /// <summary>The client's query cycle, while it may have to be run again.</summary>
    public RequestCopy Copy { get; } = new();

    /// <summary>How many prepared statements it has. Read on any thread.</summary>
    public int PreparedStatementCount => Statements.Count;

    /// <summary>What the last ReadyForQuery said.</summary>
    public TransactionStatus TransactionStatus { get; internal set; } = TransactionStatus.Idle;

    /// <summary>The run-time parameters that the server has now.</summary>
    public ParameterSet Parameters => _parameters.Current;

    /// <summary>Whether nothing ties it to its client any more.</summary>
    public bool IsReleasable => _environment.Parts.ReleaseRule.Allows(this);

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
    public ServerCloseReason? RetireReason => Volatile.Read(ref _retireReason) is > 0 and var reason ? (ServerCloseReason)(reason - 1) : null;

    /// <summary>Whether a message of the client has been sent in part.</summary>
    public bool IsMidRequest { get; set; }

    /// <summary>
    /// Whether replies are being handed to the client, which may have to make room for them first: until then nothing but the read
    /// loop may let the server go, because it goes on on this loop.
    /// </summary>
    public bool IsTakingReplies { get; set; }

    /// <summary>Bytes of a message of the server that has begun which have not come yet. Read on any thread.</summary>
    public int MessageBytesToCome => _replies.MessageBytesToCome;

    /// <summary>Whether a reply has reached the client in part.</summary>
    public bool IsMidReply => _replies.IsMidReply;

    /// <summary>How often it has been lent.</summary>
    public long LeaseCount { get; private set; }

    /// <summary>What pgmux itself waits for.</summary>
    public OwnRequest OwnRequest => _own.Current;

    /// <summary>When the connection was ordered, in ticks of the loop's clock.</summary>
    public long OpenedAt { get; }

    /// <summary>When a client or pgmux itself last used it, or the login ended, in ticks of the loop's clock.</summary>
    public long LastUsedAt { get; private set; }

    /// <summary>Links and place in the lists of the pool; only the pool touches them.</summary>
    internal ServerLinks Links = new() { IdleLoop = ServerLinks.NotIdle };

    /// <summary>Connects, logs in and reads replies until the connection is closed. Everything that goes wrong ends in <see cref="Close"/>.</summary>
    public Task RunAsync() => new ServerReadLoop(this, _home, _parameters, _replies, _environment, _connecting.Token).RunAsync();

    /// <summary>Lends the server. The caller has taken it out of the pool and is on its loop.</summary>
    /// <returns>Whether the client's messages may follow at once; if not, <see cref="IServerLessee.OnParametersAccepted"/> comes first.</returns>
    public bool BeginLease(IServerLessee lessee)
    {
        Require(ServerState.Idle);
        State = ServerState.Leased;
        Lessee = lessee;
        LeaseCount++;
        return SyncParameters(keepsUnnamed: false);
    }

    /// <summary>
    /// Asks the server for the parameters of the client that holds it, when they differ. Called with nothing outstanding.
    /// </summary>
    /// <param name="keepsUnnamed">
    /// Whether the server's unnamed statement is the client's, and nobody could make it again: a simple query would take it away.
    /// </param>
    /// <returns>Whether the client's messages may follow at once.</returns>
    public bool SyncParameters(bool keepsUnnamed)
    {
        var wanted = Lessee!.Parameters;
        if (Replication is not null || _parameters.Difference(wanted) is not { } sql)
        {
            return true;
        }

        if (keepsUnnamed)
        {
            _own.SendExtended(OwnRequest.ParameterSync, _parameters.Statements(wanted));
        }
        else
        {
            _own.Send(OwnRequest.ParameterSync, sql);
        }

        // Values that some server has taken before are taken again; others are waited for, so that no query runs without them.
        if (!wanted.IsAccepted)
        {
            _own.Flush();
            return false;
        }

        return true;
    }

    /// <summary>Takes the server back from its client. The release rule holds.</summary>
    public void EndLease()
    {
        Require(ServerState.Leased);
        Lessee = null;
        Copy.Drop();
        BecomeIdle();
    }

    /// <summary>Runs server_reset_query; <see cref="IServerHolder.OnServerReady"/> follows.</summary>
    public void StartReset(string sql)
    {
        Require(ServerState.Idle);
        State = ServerState.Resetting;
        LastUsedAt = Loop.Timestamp;
        _own.Send(OwnRequest.Reset, sql);
        _own.Flush();
    }

    /// <summary>Runs server_check_query; <see cref="IServerHolder.OnServerReady"/> follows.</summary>
    public void StartCheck(string sql)
    {
        Require(ServerState.Idle);
        State = ServerState.Testing;
        LastUsedAt = Loop.Timestamp;
        _own.Send(OwnRequest.Check, sql);
        _own.Flush();
    }

    /// <summary>Closes the connection at its next release; the first reason stands. Called on any thread.</summary>
    public void Retire(ServerCloseReason reason) => Interlocked.CompareExchange(ref _retireReason, (int)reason + 1, 0);

    /// <summary>Closes a connection that is to be retired when no client has it. Called on the loop.</summary>
    public void CloseIfFree()
    {
        if (!Loop.IsCurrent)
        {
            // Another loop has taken it over meanwhile.
            Loop.Post(static state => ((ServerConnection)state!).CloseIfFree(), this);
        }
        else if (RetireReason is { } reason && (State is ServerState.Idle or ServerState.Connecting || MayNotWaitFor(reason)))
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

    /// <summary>Sends the client's query cycle again, now that the server is ready for it, or goes on with that; see <see cref="RequestCopy"/>.</summary>
    public void RunAgain()
    {
        var mayGoOn = Copy.Resent == 0 ? Outstanding.IsReady : Outstanding.Count == 0 || Outstanding.IsCopyInOpen;
        if (Copy.State != RequestCopyState.ToRunAgain || !mayGoOn || Lessee is not { } lessee)
        {
            return;
        }

        if (lessee.RunAgain(this))
        {
            Copy.OnRunAgain();
        }

        _own.Flush();
    }

    /// <summary>Sends the Sync that stands for a Query which the server skips; see <see cref="OutstandingRequests.OwesSync"/>.</summary>
    public void SendOwedSync() => _own.SendSync();

    /// <summary>Gives the client the answers that pgmux makes itself, as far as it is their turn.</summary>
    public void AnswerDue()
    {
        while (Outstanding.HasAnswerDue)
        {
            var answer = Outstanding.TakeAnswerDue();
            if (answer == BackendMessageType.ParseComplete)
            {
                BackendMessages.WriteParseComplete(Lessee!.Output);
            }
            else
            {
                BackendMessages.WriteCloseComplete(Lessee!.Output);
            }

            Lessee.OnForwarded(FrameReader.HeaderBytes);
        }
    }

    /// <summary>Tells the client that its lease may end, when the release rule holds.</summary>
    public void TryRelease()
    {
        if (Lessee is not { } lessee || OwnRequest != OwnRequest.None || !IsReleasable)
        {
            return;
        }

        if (Outstanding.NeedsProbe)
        {
            // A walsender takes no extended query; it is never lent to anybody else either.
            if (Replication is null)
            {
                _own.SendProbe();
            }

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
        LogClosed(before, reason, error);
        Lessee = null;
        _connecting.Cancel();
        if ((before == ServerState.Idle || EndsStream(before, reason)) && Transport is { PeerState: PeerState.Open } transport)
        {
            LastWord.TryWrite(_environment.Logger, LogName, transport.Output, static output => FrontendMessages.WriteTerminate(output));
            transport.Close();
        }
        else
        {
            Transport?.Abort();
        }

        Outstanding.Abandon();
        Statements.Clear();
        lessee?.OnServerLost(reason, error, canTell: !_replies.Errors.IsFatalForwarded && !IsMidReply);
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

    /// <summary>The byte stream is open; the login follows.</summary>
    internal void OnConnected(TransportConnection transport)
    {
        Transport = transport;
        transport.Observer = this;
        Address = EndPoint is DnsEndPoint ? transport.RemoteEndPoint : EndPoint;
        if (_environment.LogConnections)
        {
            ServersLog.Opened(_environment.Logger, LogName, EndPointText.Join(transport.LocalEndPoint));
        }
    }

    /// <summary>The connection is encrypted from now on: this one takes the place of the one that it was made of.</summary>
    internal void OnEncrypted(TransportConnection transport)
    {
        Transport = transport;
        transport.Observer = this;
        Tls = $"{transport.Tls}";
        if (_environment.LogConnections)
        {
            ServersLog.Encrypted(_environment.Logger, LogName, Tls);
        }
    }

    /// <summary>The connection is given up for another one, see <see cref="ServerEntry"/>.</summary>
    internal void OnGivenUp(TransportConnection transport)
    {
        transport.Observer = null;
        transport.Input.Complete();
        transport.Abort();
        Tls = "";
    }

    /// <summary>The server has let us in; connect_query may follow.</summary>
    internal void OnLoginCompleted(ServerLogin login)
    {
        Welcome = login.Welcome;
        ProcessId = login.ProcessId;
        CancelSecret = login.CancelSecret;
        if (Target.ConnectQuery is { } sql && Replication is null)
        {
            _own.Send(OwnRequest.ConnectQuery, sql);
            _own.Flush();
        }
        else
        {
            BecomeIdle();
            _holder.OnServerLoggedIn(this);
        }
    }

    /// <summary>pgmux's own request has ended.</summary>
    internal void OnOwnRequestReady(ErrorFields? error)
    {
        switch (_own.End())
        {
            case OwnRequest.ParameterSync:
                OnParametersSynced(error);
                break;
            case OwnRequest.ConnectQuery:
                if (error is not null)
                {
                    ServersLog.ConnectQueryFailed(_environment.Logger, LogName, error.Message);
                }

                BecomeIdle();
                _holder.OnServerLoggedIn(this);
                break;
            case OwnRequest.Reset when error is not null || TransactionStatus != TransactionStatus.Idle:
                Close(ServerCloseReason.ResetFailed, error);
                break;
            case OwnRequest.Check when error is not null || TransactionStatus != TransactionStatus.Idle:
                Close(ServerCloseReason.CheckFailed, error);
                break;
            case OwnRequest.Reset or OwnRequest.Check:
                BecomeIdle();
                _holder.OnServerReady(this);
                break;
        }
    }

    // A stream ends when its client does: nobody waits for that when the server is to be another one. PgBouncer's rule.
    private bool MayNotWaitFor(ServerCloseReason reason) => Replication is not null && State == ServerState.Leased
        && reason is ServerCloseReason.ConfigurationChanged or ServerCloseReason.AddressVanished;

    // A walsender hears Terminate in the middle of its stream, and ends without a word in its log about a lost connection.
    private bool EndsStream(ServerState before, ServerCloseReason reason) =>
        Replication is not null && before == ServerState.Leased && !IsMidRequest
        && reason is ServerCloseReason.ClientGone or ServerCloseReason.ConfigurationChanged or ServerCloseReason.AddressVanished or ServerCloseReason.ShuttingDown;

    private void BecomeIdle()
    {
        State = ServerState.Idle;
        LastUsedAt = Loop.Timestamp;
    }

    private void OnParametersSynced(ErrorFields? error)
    {
        var lessee = Lessee!;
        if (error is not null)
        {
            // The server has some of the client's values and not others: neither of the two goes on.
            ServersLog.ParameterRefused(_environment.Logger, LogName, error.Message);
            lessee.OnParametersRefused(error);
            Close(ServerCloseReason.ParameterRefused, error);
            return;
        }

        _parameters.OnAccepted(lessee);
        lessee.OnParametersAccepted();
    }

    private void LogClosed(ServerState before, ServerCloseReason reason, ErrorFields? error)
    {
        if (reason == ServerCloseReason.LoginFailed && error is not null)
        {
            ServersLog.LoginFailed(_environment.Logger, LogName, error.Severity, error.Message);
        }
        else if (before == ServerState.Connecting && error is not null)
        {
            ServersLog.ConnectFailed(_environment.Logger, LogName, error.Message);
        }
        else if (error is not null && Lessee is null)
        {
            ServersLog.LastWord(_environment.Logger, LogName, error.Severity, error.Message);
        }

        if (_environment.LogDisconnections)
        {
            ServersLog.Closing(_environment.Logger, LogName, reason.Describe(), AgeSeconds);
        }
    }

    private long AgeSeconds => (long)Loop.TimeProvider.GetElapsedTime(OpenedAt, Loop.TimeProvider.GetTimestamp()).TotalSeconds;

    /// <summary>How the log names the connection.</summary>
    public string LogName => $"S-{Id:x}: {Target.Options.Name}/{Target.User}@{EndPointText.Join(Address)}";

    private void Require(ServerState expected)
    {
        if (State != expected)
        {
            throw new InvalidOperationException($"{LogName} is {State}, not {expected}");
        }
    }
}
