using Pgmux.Core.Servers;
using Pgmux.Protocol;

namespace Pgmux.Core.Pooling;

/// <summary>Who waits for a server. Called on the loop named in the request.</summary>
internal interface ILeaseReceiver
{
    /// <summary>How the log names who waits. Read on its loop.</summary>
    string LogName { get; }

    /// <summary>The server is on this loop and idle; the receiver leases it now.</summary>
    void OnServerGranted(ServerConnection server);

    /// <summary>A server of the pool has logged in, so it is known what the pool says of itself.</summary>
    void OnWelcomeKnown();

    /// <summary>There will be no server. <paramref name="error"/> is what the server said, if it did.</summary>
    void OnLeaseRefused(LeaseOutcome outcome, ErrorFields? error);
}
