namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>Where a client's connection stands.</summary>
internal enum ConversationState
{
    /// <summary>The connection is being made.</summary>
    Connecting,

    /// <summary>The startup packet is on its way, or its answer.</summary>
    LoggingIn,

    /// <summary>The driver asks and hears.</summary>
    Talking,

    /// <summary>The client has said goodbye, or sends no more, and waits for the end of the stream.</summary>
    Leaving,

    /// <summary>The connection is closed.</summary>
    Over,
}
