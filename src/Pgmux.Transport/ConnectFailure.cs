namespace Pgmux.Transport;

/// <summary>Why a connection could not be opened.</summary>
public enum ConnectFailure
{
    /// <summary>The host name has no address, or the name server did not answer. For those who resolve names: no loop does.</summary>
    NameNotResolved,

    /// <summary>Nobody listens there.</summary>
    Refused,

    /// <summary>No answer within the limit.</summary>
    TimedOut,

    /// <summary>No route, no such socket file, no permission, or the link broke during the handshake.</summary>
    Unreachable,

    /// <summary>This process or machine has no descriptor, port or memory left.</summary>
    OutOfResources,
}
