namespace Pgmux.Core.Cancellation;

/// <summary>What became of a cancel request. Whoever sent it hears of nothing but the end of its connection.</summary>
internal enum CancelOutcome
{
    /// <summary>It was for a client of this process, or has been passed on to a peer that has dealt with it.</summary>
    Served,

    /// <summary>Nobody has the key.</summary>
    NoSuchKey,

    /// <summary>The key names a peer that the configuration does not.</summary>
    NoSuchPeer,

    /// <summary>It was for a peer, and has been passed on as often as it may be.</summary>
    HopsExhausted,

    /// <summary>cancel_wait_timeout passed before the server, or the peer, had dealt with it.</summary>
    TimedOut,

    /// <summary>The peer could not be reached, or too many requests wait for it.</summary>
    NotForwarded,
}
