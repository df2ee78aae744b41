namespace Pgmux.Core.Cancellation.Peers;

/// <summary>Where a request stands that is to be passed on.</summary>
internal enum PeerTurnState
{
    /// <summary>Waits until one of those on their way has ended.</summary>
    Waiting,

    /// <summary>Its connection is being made.</summary>
    Connecting,

    /// <summary>Sent; the other side has not closed yet.</summary>
    Sent,

    /// <summary>Over, however it ended.</summary>
    Over,
}
