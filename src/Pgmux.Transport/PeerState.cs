namespace Pgmux.Transport;

/// <summary>What a connection knows of its peer.</summary>
public enum PeerState : byte
{
    /// <summary>Nothing says that the peer has gone.</summary>
    Open,

    /// <summary>The peer sends no more (FIN); it may still receive.</summary>
    HalfClosed,

    /// <summary>The link broke: reset by the peer, timed out, unreachable.</summary>
    Reset,

    /// <summary>We have closed.</summary>
    Closed,
}
