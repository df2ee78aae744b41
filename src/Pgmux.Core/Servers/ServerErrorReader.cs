using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Servers;

/// <summary>
/// Reads a server's errors: whose they are, what they say of prepared statements, and whether the client hears of them as they are, in
/// other words, or not at all because the request is run again.
/// </summary>
internal sealed class ServerErrorReader(ServerConnection server)
{
    private ErrorFields? _ownError;

    /// <summary>Whether the server has told its client itself that the connection ends.</summary>
    public bool IsFatalForwarded { get; private set; }

    /// <summary>Whether the server has said that the connection ends: what follows is nobody's.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>The server's last word, when it has announced the end of the connection to nobody else.</summary>
    public ErrorFields? LastError { get; private set; }

    /// <summary>The error of the request of pgmux's own that has ended; null when it has succeeded.</summary>
    public ErrorFields? TakeOwnError()
    {
        var error = _ownError;
        _ownError = null;
        return error;
    }

    /// <summary>A request of pgmux's own has ended: the connection lives.</summary>
    public void OnOwnRequestEnded() => LastError = null;

    /// <summary>Decides who hears of it.</summary>
    /// <exception cref="ProtocolViolationException">It answers nobody and does not end the connection.</exception>
    public ReplyAction Read(in Frame frame)
    {
        var error = ErrorFields.Read(frame.Body);
        if (error.SqlState == SqlState.OutOfMemory)
        {
            server.Retire(ServerCloseReason.Retired);
        }

        if (error.IsFatal && server is { Lessee.KeepsIdleServer: false, TransactionStatus: TransactionStatus.Idle, Outstanding.IsReady: true })
        {
            // The client has had all that it asked for, and leaves the server in a moment: the goodbye is not meant for it.
            LastError = error;
            server.Retire(ServerCloseReason.Crashed);
            return ReplyAction.Swallow;
        }

        IsEnding = error.IsFatal;
        if (server.State == ServerState.Idle)
        {
            // Nobody had asked: it is going. The end of the stream may come a while later, and nobody is to be sent there until then.
            server.Close(ServerCloseReason.Crashed, error);
            return ReplyAction.Swallow;
        }

        // PostgreSQL says FATAL to whoever is connected, asked or not; anything else must answer somebody.
        var failed = server.Outstanding.Count > 0 ? server.Outstanding.Next : default;
        var hasReplied = server.Outstanding.HasReplied;
        var action = server.Outstanding.OnReply(BackendMessageType.ErrorResponse);
        if (action == ReplyAction.Violation)
        {
            action = error.IsFatal ? ReplyAction.Forward : throw ProtocolViolationException.UnexpectedBackendMessage(frame.Type);
        }

        if (server.Lessee is null || failed.Action == ReplyAction.Swallow)
        {
            _ownError ??= error;
            LastError = error;
            return ReplyAction.Swallow;
        }

        if (action == ReplyAction.Swallow)
        {
            // What was put ahead of the request has failed, and the client knows.
            return action;
        }

        IsFatalForwarded |= error.IsFatal;
        return TellError(frame, error, failed, hasReplied, server.Lessee);
    }

    // Most errors go to the client as they are.
    private ReplyAction TellError(
        in Frame frame, ErrorFields error, in OutstandingRequest failed, bool hasParameters, IServerLessee lessee)
    {
        if (failed.Statement is { } statement)
        {
            server.Statements.OnError(statement, failed.Effect, error.SqlState);
        }

        failed.Commands?.OnError(server.Statements, error.SqlState);
        if (server.Outstanding.OwesSync)
        {
            server.SendOwedSync();
        }

        if (error.IsFatal)
        {
            // Whatever else the client was to hear of the request, this is the last word on all of them.
            return ReplyAction.Forward;
        }

        if (frame.IsComplete && MayRunAgain(failed, error))
        {
            server.Copy.OnRefused(server.Outstanding.AnsweredOfCycle, hasParameters, failed, frame.Body);
            return ReplyAction.Swallow;
        }

        if (failed.Action == ReplyAction.ReplaceError)
        {
            BackendMessages.WriteErrorResponse(lessee.Output, (ErrorFields)failed.Subject!);
            return ReplyAction.Swallow;
        }

        return frame.IsComplete && lessee.TryTellError(frame.Body, failed) ? ReplyAction.Swallow : ReplyAction.Forward;
    }

    // A function of the client's may raise the same codes while it runs. PostgreSQL says which of its own routines has spoken, and in
    // what context where there is one.
    private static bool IsRefusal(ErrorFields error) => error[ErrorFieldCode.Where] is null && error.SqlState switch
    {
        SqlState.FeatureNotSupported => error[ErrorFieldCode.Routine] is "RevalidateCachedQuery",
        SqlState.UndefinedPreparedStatement =>
            error[ErrorFieldCode.Routine] is "FetchPreparedStatement" or "exec_bind_message" or "exec_describe_statement_message",
        _ => false,
    };

    // The server has refused a prepared statement before it ran it, and nothing that its cycle has done before would be done twice.
    private bool MayRunAgain(in OutstandingRequest failed, ErrorFields error) =>
        IsRefusal(error)
        && (failed.Effect == StatementEffect.Use
            || (failed.Commands is { ChangesNames: false, IsSingle: true } commands
                && (commands.HasNoCalls || error.SqlState == SqlState.UndefinedPreparedStatement)))
        && server.Copy.State is RequestCopyState.Whole or RequestCopyState.Open
        && server.Outstanding.IsCycleUndone
        && server.TransactionStatus == TransactionStatus.Idle;
}
