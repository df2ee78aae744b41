using System.IO.Pipelines;
using Pgmux.Core.Parameters;
using Pgmux.Protocol;
using Pgmux.Transport;

namespace Pgmux.Core.Servers;

/// <summary>Who holds a server for the length of a lease: a client, or pgmux itself on behalf of clients that log in. Called on the loop that both are on.</summary>
internal interface IServerLessee
{
    /// <summary>Where the server's replies go.</summary>
    PipeWriter Output { get; }

    /// <summary>Its connection; replies of a size may be handed over to it with the memory that they are in. Null when it has none.</summary>
    TransportConnection? Transport { get; }

    /// <summary>The client's run-time parameters. The server writes what it learns while the client holds it.</summary>
    ParameterSet Parameters { get; set; }

    /// <summary>
    /// The value that the client gave at its login for the parameter at this position, or null: what RESET must bring back.
    /// </summary>
    string? StartupValue(int parameter);

    /// <summary>Whether its login is complete: nobody expects a notification before.</summary>
    bool IsWelcomed { get; }

    /// <summary>Whether it keeps a server that owes it nothing: a session has it for itself, or its next request is at hand.</summary>
    bool KeepsIdleServer { get; }

    /// <summary>Whether its prepared statements follow it from server to server.</summary>
    bool TracksStatements { get; }

    /// <summary>This many bytes of replies have been handed to <see cref="Output"/>.</summary>
    void OnForwarded(int bytes);

    /// <summary>A ReadyForQuery that answers the client has been handed to <see cref="Output"/>.</summary>
    void OnReadyForQuery(TransactionStatus status);

    /// <summary>
    /// Tells the client of an error in which a server-side name stands for one of its statements, under the name that it knows. False
    /// when there is no such name in it: then the server's own message is right. <paramref name="failed"/>
    /// is the request that it answers.
    /// </summary>
    bool TryTellError(ReadOnlySpan<byte> body, in OutstandingRequest failed);

    /// <summary>
    /// Sends its last query cycle again, as far as it is to be done again. False when the rest has to wait for the answers to what was sent.
    /// </summary>
    bool RunAgain(ServerConnection server);

    /// <summary>The client has had all its named statements dropped, by SQL.</summary>
    void OnAllStatementsDropped();

    /// <summary>The server runs with the client's parameters now; what waited for it may go on.</summary>
    void OnParametersAccepted();

    /// <summary>The server refused the client's parameters.</summary>
    void OnParametersRefused(ErrorFields error);

    /// <summary>Replies have ended and the release rule holds: the lease may end.</summary>
    void OnServerReleasable(ServerConnection server);

    /// <summary>What the server has sent so far has been dealt with.</summary>
    void OnRepliesTaken(ServerConnection server);

    /// <summary>
    /// The server is closed. <paramref name="canTell"/> is false when the server itself has said why, or has left the client with half a
    /// message, which nothing may follow.
    /// </summary>
    void OnServerLost(ServerCloseReason reason, ErrorFields? error, bool canTell);
}
