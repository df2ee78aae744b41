namespace Pgmux.Transport.Pipes;

/// <summary>The life of a connection on our side.</summary>
internal enum ConnectionPhase
{
    /// <summary>In use.</summary>
    Open,

    /// <summary>On its way to another loop; belongs to nobody.</summary>
    Moving,

    /// <summary>Close was called; the rest is being sent.</summary>
    Draining,

    /// <summary>All is sent and our FIN is out; what the peer still sends is dropped until it closes.</summary>
    Lingering,

    /// <summary>The link is given back.</summary>
    Closed,
}
