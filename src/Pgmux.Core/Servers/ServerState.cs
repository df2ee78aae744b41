namespace Pgmux.Core.Servers;

/// <summary>Where a server connection stands.</summary>
internal enum ServerState
{
    /// <summary>Connect, startup packet, authentication or connect_query is under way; cannot be leased.</summary>
    Connecting,

    /// <summary>The last word was ReadyForQuery with status I and no reply is owed; may be leased.</summary>
    Idle,

    /// <summary>Lent to one client until its lease ends.</summary>
    Leased,

    /// <summary>server_reset_query is running; its ReadyForQuery makes the server idle.</summary>
    Resetting,

    /// <summary>server_check_query is running; its ReadyForQuery makes the server idle.</summary>
    Testing,

    /// <summary>Closed, with a recorded reason; never used again.</summary>
    Closed,
}
