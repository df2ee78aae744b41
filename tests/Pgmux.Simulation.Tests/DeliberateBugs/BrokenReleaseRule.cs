using Pgmux.Core.Servers;
using Pgmux.Protocol;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>The release rule with one of its conditions left out.</summary>
internal sealed class BrokenReleaseRule(ReleaseCondition missing) : ReleaseRule
{
    public override bool Allows(ServerConnection server) =>
        (missing == ReleaseCondition.Idle || server.TransactionStatus == TransactionStatus.Idle)
        && (missing == ReleaseCondition.NothingOwed || server.Outstanding.IsReady)
        && (missing == ReleaseCondition.WholeRequest || !server.IsMidRequest)
        && !server.IsMidReply
        && !server.IsTakingReplies
        && server.Transport is { UnsentBytes: 0, HasUnreadBytes: false }
        && (missing == ReleaseCondition.NoCancel || server.CancelsInFlight == 0);
}
