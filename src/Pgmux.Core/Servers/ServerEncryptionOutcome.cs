namespace Pgmux.Core.Servers;

/// <summary>What came of asking a server for TLS.</summary>
internal enum ServerEncryptionOutcome
{
    /// <summary>The connection is encrypted, and the certificate stands as far as it must.</summary>
    Encrypted,

    /// <summary>The server has said no; the same connection may go on in clear.</summary>
    Refused,

    /// <summary>The server cannot do it now, or both want different things; the connection is of no more use.</summary>
    Failed,

    /// <summary>The certificate does not stand: this may be another server than the one that is meant.</summary>
    Untrusted,

    /// <summary>The server has answered what is no answer, or somebody in between has.</summary>
    Violated,

    /// <summary>The server has gone.</summary>
    Ended,
}
