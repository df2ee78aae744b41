namespace Pgmux.Transport.Tls;

/// <summary>What is known of the decrypted bytes that come.</summary>
internal enum TlsReceiveState
{
    /// <summary>Nobody has asked since the last were taken.</summary>
    Unknown,

    /// <summary>There are none yet; it is told when some have come.</summary>
    Coming,

    /// <summary>Some are there, or their end.</summary>
    Ready,

    /// <summary>The peer has said that no more come, or has closed.</summary>
    Ended,

    /// <summary>What came was no TLS, or has been tampered with.</summary>
    Broken,
}
