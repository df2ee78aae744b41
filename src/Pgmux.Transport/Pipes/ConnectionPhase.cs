namespace Pgmux.Transport.Pipes;

/// <summary>The life of a connection on our side.</summary>
internal enum ConnectionPhase : byte
{
    /// <summary>In use.</summary>
    Open,

    /// <summary>On its way to another loop; belongs to nobody.</summary>
    Moving,

    /// <summary>Close was called; <see cref="ConnectionClose"/> sends the rest and waits for the peer.</summary>
    Closing,

    /// <summary>The link is given back.</summary>
    Closed,
}
