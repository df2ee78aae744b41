namespace Pgmux.Transport.Tests.Contract;

/// <summary>What a contract test runs over.</summary>
public enum RigKind
{
    /// <summary>Epoll loops, TCP sockets on the loopback interface.</summary>
    Tcp,

    /// <summary>Epoll loops, Unix sockets.</summary>
    Unix,

    /// <summary>Simulated loops, an in-memory network that delivers what is there.</summary>
    Simulated,

    /// <summary>The same, with what arrives cut into pieces at random.</summary>
    Sliced,
}
