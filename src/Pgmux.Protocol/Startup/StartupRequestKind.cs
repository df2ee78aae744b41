namespace Pgmux.Protocol;

/// <summary>What the first packet of a connection asks for.</summary>
public enum StartupRequestKind
{
    /// <summary>A session.</summary>
    Startup,

    /// <summary>That a query of another connection be cancelled; no answer is expected.</summary>
    CancelRequest,

    /// <summary>TLS.</summary>
    SslRequest,

    /// <summary>GSSAPI encryption.</summary>
    GssEncRequest,
}
