using Pgmux.Core.Servers;
using Pgmux.Core.Statements;
using Pgmux.Protocol;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Hands the answers to pgmux's own requests to the client.</summary>
internal sealed class RepliesToldToAnyone(ServerStatements statements) : OutstandingRequests(statements)
{
    public override ReplyAction OnReply(BackendMessageType type)
    {
        var action = base.OnReply(type);
        return action == ReplyAction.Swallow && type == BackendMessageType.CommandComplete ? ReplyAction.Forward : action;
    }
}
