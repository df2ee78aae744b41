namespace Pgmux.Protocol;

/// <summary>Numbers that stand where a startup packet has its version and ask for something else.</summary>
public static class StartupCodes
{
    /// <summary>CancelRequest: 1234.5678.</summary>
    public const int CancelRequest = 80877102;

    /// <summary>SSLRequest: 1234.5679.</summary>
    public const int SslRequest = 80877103;

    /// <summary>GSSENCRequest: 1234.5680.</summary>
    public const int GssEncRequest = 80877104;
}
