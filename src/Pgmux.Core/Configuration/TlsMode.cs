namespace Pgmux.Core.Configuration;

/// <summary>Whether a connection is encrypted and how much the certificate must prove: libpq's sslmode.</summary>
internal enum TlsMode
{
    /// <summary>Never.</summary>
    Disable,

    /// <summary>Only when the other side insists.</summary>
    Allow,

    /// <summary>When the other side can.</summary>
    Prefer,

    /// <summary>Always.</summary>
    Require,

    /// <summary>Always, and the certificate must come from a trusted authority.</summary>
    VerifyCa,

    /// <summary>Always, and the certificate must also name the host.</summary>
    VerifyFull,
}
