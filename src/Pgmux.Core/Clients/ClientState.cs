namespace Pgmux.Core.Clients;

/// <summary>Where a client stands.</summary>
internal enum ClientState
{
    /// <summary>Startup packet or authentication is under way, or the pool's first server is awaited.</summary>
    LoggingIn,

    /// <summary>A TLS handshake of the login is under way: nothing can be said to the client, as in clear it must not be.</summary>
    Encrypting,

    /// <summary>Logged in, without a server: parked.</summary>
    Idle,

    /// <summary>Has asked for something and waits for a server.</summary>
    Waiting,

    /// <summary>Holds a server.</summary>
    Active,

    /// <summary>Talks to the console and needs no server.</summary>
    Console,

    /// <summary>Closed, with a recorded reason.</summary>
    Closed,
}
