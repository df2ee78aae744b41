namespace Pgmux.Core.Configuration.Hba;

/// <summary>Which certificate clients must show beside what the method asks for: PostgreSQL's option clientcert.</summary>
internal enum HbaClientCertificate
{
    /// <summary>Any or none, as client_tls_sslmode says.</summary>
    NotAsked,

    /// <summary>One that client_tls_ca_file has signed.</summary>
    VerifyCa,

    /// <summary>And that names the user.</summary>
    VerifyFull,
}
