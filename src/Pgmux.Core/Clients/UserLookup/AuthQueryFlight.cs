using System.IO.Pipelines;
using Pgmux.Core.Authentication;
using Pgmux.Core.Configuration;
using Pgmux.Core.Parameters;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Clients.UserLookup;

/// <summary>
/// One run of auth_query: waits for a server of auth_user's pool as a client does, holds it for one query, reads the answer and gives the
/// server back. It lives on the loop of the client that has started it, and goes on when that one leaves: others wait for it as well.
/// </summary>
internal sealed class AuthQueryFlight : IServerLessee, ILeaseReceiver
{
    private readonly UserLookups _owner;
    private readonly Pool _pool;
    private readonly LeaseRequest _request;
    private readonly AnswerBuffer _answer = new();
    private ServerConnection? _server;
    private long _leasedAt;
    private bool _isSent;
    private bool _isAnswered;
    private bool _isOver;

    /// <param name="key">What it asks.</param>
    /// <param name="location">Where that stands in the configuration.</param>
    /// <param name="owner">Who is told of its end.</param>
    /// <param name="pool">Where its server comes from.</param>
    /// <param name="loop">Where it runs.</param>
    public AuthQueryFlight(AuthQueryKey key, SourceLocation location, UserLookups owner, Pool pool, EventLoop loop)
    {
        Key = key;
        Location = location;
        _owner = owner;
        _pool = pool;
        Loop = loop;
        StartedAt = loop.Timestamp;
        _request = new LeaseRequest(loop, this);
        Parameters = pool.Welcome?.Parameters ?? owner.NoParameters;
    }

    /// <summary>What it asks.</summary>
    public AuthQueryKey Key { get; }

    /// <summary>Where that stands in the configuration.</summary>
    public SourceLocation Location { get; }

    /// <summary>Where it runs.</summary>
    public EventLoop Loop { get; }

    /// <summary>When it was begun, in ticks of the loops' clock.</summary>
    public long StartedAt { get; }

    /// <summary>Who waits for it; guarded by the lock of <see cref="AuthQueryCache"/>.</summary>
    public List<AuthQueryWaiter> Waiters { get; } = [];

    /// <inheritdoc/>
    public string LogName => $"auth_query: {Key.Database}/{Key.AuthUser}";

    /// <inheritdoc/>
    public PipeWriter Output => _answer;

    /// <inheritdoc/>
    TransportConnection? IServerLessee.Transport => null;

    /// <inheritdoc/>
    public ParameterSet Parameters { get; set; }

    bool IServerLessee.IsWelcomed => false;

    bool IServerLessee.KeepsIdleServer => false;

    bool IServerLessee.TracksStatements => false;

    /// <summary>Asks the pool for a server.</summary>
    public void Start()
    {
        if (_pool.TryCheckOut(_request) is { } server)
        {
            Begin(server);
        }
    }

    /// <summary>Nobody waits for it: as long as it has no server it gives up. Called on its loop.</summary>
    public void OnUnwanted()
    {
        if (_server is null && !_isOver && _owner.Cache.TryDrop(this))
        {
            _isOver = true;
            _pool.Abandon(_request);
            _owner.OnOver(this);
        }
    }

    /// <summary>
    /// Ends it when no server comes within query_wait_timeout, when the server takes too long, or is to be closed and nobody is left who waits.
    /// Runs with every sweep of the loop.
    /// </summary>
    public void Sweep()
    {
        if (_server is not { } server)
        {
            if (IsOver(StartedAt, _pool.Policy.QueryWaitTimeout))
            {
                _pool.Abandon(_request);
                Refuse(LeaseOutcome.WaitTimedOut, null);
            }

            return;
        }

        // What pgmux itself asks of a server has as long as a login.
        if (IsOver(_leasedAt, _pool.Policy.ServerConnectTimeout))
        {
            GiveUp(server, ServerCloseReason.QueryTimedOut, "no answer within server_connect_timeout");
        }
        else if (server.RetireReason is { } reason && Waiters.Count == 0)
        {
            GiveUp(server, reason, reason.Describe());
        }
    }

    string? IServerLessee.StartupValue(int parameter) => null;

    void IServerLessee.OnForwarded(int bytes)
    {
        // Statistics are those of clients.
    }

    void IServerLessee.OnReadyForQuery(TransactionStatus status) => _isAnswered = true;

    bool IServerLessee.TryTellError(ReadOnlySpan<byte> body, in OutstandingRequest failed) => false;

    bool IServerLessee.RunAgain(ServerConnection server) => true;

    void IServerLessee.OnAllStatementsDropped()
    {
        // It has none.
    }

    void IServerLessee.OnParametersAccepted() => Send();

    void IServerLessee.OnParametersRefused(ErrorFields error) =>
        Complete(AuthQueryAnswer.Missing($"the server refused a run-time parameter: {error.Message}", ClientErrors.For(ServerCloseReason.ParameterRefused, null)));

    void IServerLessee.OnRepliesTaken(ServerConnection server)
    {
        if (_answer.IsTooLong)
        {
            Complete(AuthQueryAnswer.Unusable($"the answer has more than {AnswerBuffer.Limit} bytes"));
            Close(server, ServerCloseReason.ProtocolViolation);
        }
        else if (_isAnswered && server.TransactionStatus != TransactionStatus.Idle)
        {
            // Not a query to ask with, and not a server to give back.
            Complete(AuthQueryAnswer.Unusable("auth_query leaves a transaction open"));
            Close(server, ServerCloseReason.ClientGone);
        }
    }

    void IServerLessee.OnServerReleasable(ServerConnection server)
    {
        if (!_isAnswered)
        {
            return;
        }

        _server = null;
        AuthQueryAnswer answer;
        try
        {
            answer = new AuthQueryReader(Key.User).Read(_answer.Written);
        }
        catch (ProtocolViolationException violation)
        {
            Complete(AuthQueryAnswer.Unusable(violation.Message));
            server.Close(ServerCloseReason.ProtocolViolation);
            return;
        }

        _pool.Return(server);
        Complete(answer);
    }

    void IServerLessee.OnServerLost(ServerCloseReason reason, ErrorFields? error, bool canTell) =>
        Complete(AuthQueryAnswer.Missing(reason.Describe(), ClientErrors.For(reason, null)));

    void ILeaseReceiver.OnServerGranted(ServerConnection server) => Begin(server);

    void ILeaseReceiver.OnWelcomeKnown()
    {
        // It asks for servers only.
    }

    void ILeaseReceiver.OnLeaseRefused(LeaseOutcome outcome, ErrorFields? error) => Refuse(outcome, error);

    // What the server has said of auth_user is for the log, and for nobody who has not even logged in.
    private void Refuse(LeaseOutcome outcome, ErrorFields? error)
    {
        var refusal = ClientErrors.For(outcome, null);
        Complete(AuthQueryAnswer.Missing($"no server: {error?.Message ?? refusal.Message}", refusal));
    }

    private void Begin(ServerConnection server)
    {
        _server = server;
        _leasedAt = Loop.Timestamp;

        // As the server is for a client that has asked for nothing, whoever had it before.
        Parameters = _pool.Welcome?.Parameters ?? server.Parameters;
        if (server.BeginLease(this))
        {
            Send();
        }
    }

    private void Send()
    {
        if (!_isSent && _server is { } server)
        {
            _isSent = true;
            AuthQueryMessages.Send(server, Key.Query, Key.User);
        }
    }

    private bool IsOver(long since, TimeSpan limit) =>
        limit > TimeSpan.Zero && Loop.TimeProvider.GetElapsedTime(since, Loop.Timestamp) >= limit;

    private void GiveUp(ServerConnection server, ServerCloseReason reason, string trouble)
    {
        Complete(AuthQueryAnswer.Missing(trouble, ClientErrors.For(reason, null)));
        Close(server, reason);
        _owner.CancelAbandoned(server);
    }

    private void Close(ServerConnection server, ServerCloseReason reason)
    {
        _server = null;
        server.Close(reason);
    }

    private void Complete(AuthQueryAnswer answer)
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        _server = null;
        _answer.Clear();
        _owner.OnAnswered(this, answer);
    }
}
