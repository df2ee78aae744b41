using Pgmux.Protocol;

namespace Pgmux.Core.Servers;

/// <summary>
/// The only place that decides whether a server may leave its client. Whatever is in doubt keeps the lease; what cannot be
/// settled closes the connection.
/// </summary>
internal class ReleaseRule
{
    /// <summary>Whether nothing ties the server to its client any more.</summary>
    public virtual bool Allows(ServerConnection server) =>
        server.TransactionStatus == TransactionStatus.Idle
        && server.Outstanding.IsReady
        && !server.IsMidRequest
        && !server.IsMidReply
        && !server.IsTakingReplies
        && server.Transport is { UnsentBytes: 0, HasUnreadBytes: false }
        && server.CancelsInFlight == 0;
}
