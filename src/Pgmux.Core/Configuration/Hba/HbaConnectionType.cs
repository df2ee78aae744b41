namespace Pgmux.Core.Configuration.Hba;

/// <summary>What kind of connection a rule is about.</summary>
internal enum HbaConnectionType
{
    /// <summary><c>local</c>: the Unix socket.</summary>
    Local,

    /// <summary><c>host</c>, and <c>hostnogssenc</c>, which means the same as nobody comes with GSS encryption: TCP.</summary>
    Host,

    /// <summary><c>hostssl</c>: TCP with TLS.</summary>
    HostTls,

    /// <summary><c>hostnossl</c>: TCP without TLS.</summary>
    HostPlain,
}
