using System.IO.Pipelines;
using Pgmux.Core.Parameters;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Benchmarks.Pooling;

/// <summary>What a pool sees of a client: it asks for a server, holds it, brings it back. It sends nothing.</summary>
internal sealed class Borrower : IServerLessee, ILeaseReceiver
{
    private readonly Pool _pool;
    private readonly LeaseRequest _request;
    private readonly HandOvers? _handOvers;

    public Borrower(Pool pool, EventLoop loop, HandOvers? handOvers)
    {
        _pool = pool;
        _request = new LeaseRequest(loop, this);
        _handOvers = handOvers;
    }

    /// <summary>The server that it holds.</summary>
    public ServerConnection? Server { get; private set; }

    /// <summary>How often it was given one.</summary>
    public int Leases { get; private set; }

    public string LogName => "a borrower";

    public PipeWriter Output => throw new NotSupportedException("nothing is said to it");

    public TransportConnection Transport => throw new NotSupportedException("nothing is handed over to it");

    // Those of the server, so that there is nothing to bring in line.
    public ParameterSet Parameters
    {
        get => Server!.Parameters;
        set => throw new NotSupportedException("nothing is asked that changes parameters");
    }

    public bool IsWelcomed => true;

    public bool KeepsIdleServer => false;

    public bool TracksStatements => false;

    /// <summary>Takes an idle server of its loop, or waits for whatever comes.</summary>
    public void Ask()
    {
        if (_pool.TryCheckOut(_request) is { } server)
        {
            Take(server);
        }
    }

    /// <summary>Brings its server back.</summary>
    public void Return()
    {
        var server = Server!;
        Server = null;
        _pool.Return(server);
    }

    /// <summary>Brings its server back, which goes to the longest waiter, and waits for the next one, as the last of all.</summary>
    public void GoToTheEnd()
    {
        Return();
        Ask();
    }

    public void OnServerGranted(ServerConnection server)
    {
        Take(server);
        if (_handOvers?.TryTake() == true)
        {
            GoToTheEnd();
        }
    }

    public string? StartupValue(int parameter) => null;

    public void OnWelcomeKnown() => throw Unexpected();

    public void OnLeaseRefused(LeaseOutcome outcome, ErrorFields? error) => throw Unexpected();

    public void OnForwarded(int bytes) => throw Unexpected();

    public void OnReadyForQuery(TransactionStatus status) => throw Unexpected();

    public bool TryTellError(ReadOnlySpan<byte> body, in OutstandingRequest failed) => throw Unexpected();

    public bool RunAgain(ServerConnection server) => throw Unexpected();

    public void OnAllStatementsDropped() => throw Unexpected();

    public void OnParametersAccepted() => throw Unexpected();

    public void OnParametersRefused(ErrorFields error) => throw Unexpected();

    public void OnServerReleasable(ServerConnection server)
    {
        // It brings it back when it likes.
    }

    public void OnRepliesTaken(ServerConnection server) => throw Unexpected();

    public void OnServerLost(ServerCloseReason reason, ErrorFields? error, bool canTell) => throw Unexpected();

    private void Take(ServerConnection server)
    {
        Server = server;
        Leases++;
        if (!server.BeginLease(this))
        {
            throw Unexpected();
        }
    }

    private static InvalidOperationException Unexpected() => new("nothing is asked of the server, and yet it answers");
}
