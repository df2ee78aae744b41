namespace Pgmux.Core.Configuration;

/// <summary>How TLS begins: libpq's sslnegotiation.</summary>
internal enum TlsNegotiation
{
    /// <summary>The server is asked in clear whether it can (SSLRequest). All servers understand that.</summary>
    Postgres,

    /// <summary>With the first byte: a round trip less, and a proxy in between sees TLS only. From PostgreSQL 17 on.</summary>
    Direct,
}
