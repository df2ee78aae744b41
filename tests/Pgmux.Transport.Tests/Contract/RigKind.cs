namespace Pgmux.Transport.Tests.Contract;

/// <summary>What a contract test runs over.</summary>
public enum RigKind
{
    /// <summary>Epoll loops, TCP sockets on the loopback interface.</summary>
    Tcp,

    /// <summary>Epoll loops, Unix sockets.</summary>
    Unix,

    /// <summary>io_uring loops, TCP sockets on the loopback interface.</summary>
    UringTcp,

    /// <summary>io_uring loops, Unix sockets.</summary>
    UringUnix,

    /// <summary>Simulated loops, an in-memory network that delivers what is there.</summary>
    Simulated,

    /// <summary>The same, with what arrives cut into pieces at random and known of before it is told.</summary>
    Sliced,

    /// <summary>TLS over <see cref="Tcp"/>.</summary>
    Tls,

    /// <summary>TLS over <see cref="UringTcp"/>.</summary>
    UringTls,

    /// <summary>TLS over <see cref="Sliced"/>: records arrive in pieces.</summary>
    SlicedTls,
}
