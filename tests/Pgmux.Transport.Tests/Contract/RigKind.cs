namespace Pgmux.Transport.Tests.Contract;

/// <summary>What a contract test runs over.</summary>
public enum RigKind
{
    /// <summary>Epoll loops, TCP sockets on the loopback interface.</summary>
    Tcp,

    /// <summary>Epoll loops, Unix sockets.</summary>
    Unix,
}
