using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Core.Servers;

/// <summary>A request that is owed a reply, and what becomes of both.</summary>
internal readonly record struct OutstandingRequest(RequestKind Kind, ReplyAction Action)
{
    /// <summary>What it does to prepared statements.</summary>
    public StatementEffect Effect { get; init; }

    /// <summary>The name of the client that it changes or uses, the commands, or the error to tell instead of the server's; else null.</summary>
    public object? Subject { get; init; }

    /// <summary>The statement that it makes, names or uses.</summary>
    public Statement? Statement { get; init; }

    /// <summary>The name of the client that it changes or uses.</summary>
    public ClientStatement? Name => Subject as ClientStatement;

    /// <summary>Whether the client has its ParameterDescription from a run before.</summary>
    public bool HasParameters { get; init; }

    /// <summary>The commands that it runs on statements.</summary>
    public StatementCommands? Commands => Effect == StatementEffect.Commands ? (StatementCommands)Subject! : null;

    /// <summary>Whether a ReadyForQuery that belongs to the client ends it.</summary>
    public bool EndsCycle => Action is ReplyAction.Forward or ReplyAction.ReplaceError && Kind is RequestKind.Query or RequestKind.FunctionCall or RequestKind.Sync;

    /// <summary>The message that pgmux answers it with.</summary>
    public BackendMessageType Answer => Kind == RequestKind.Parse ? BackendMessageType.ParseComplete : BackendMessageType.CloseComplete;
}
