namespace Pgmux.Testing.Dns;

/// <summary>Types of records (RFC 1035, RFC 3596).</summary>
internal enum FakeDnsType : ushort
{
    /// <summary>A.</summary>
    Four = 1,

    /// <summary>CNAME.</summary>
    Alias = 5,

    /// <summary>SOA.</summary>
    Authority = 6,

    /// <summary>AAAA.</summary>
    Six = 28,
}
