namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>How much is known of what a client has to hear.</summary>
internal enum ExpectationState
{
    /// <summary>The login is under way: parameters, key and the first ReadyForQuery come, or a refusal.</summary>
    LoggingIn,

    /// <summary>Every byte is known.</summary>
    Exact,

    /// <summary>Something has gone wrong that the client has to live with: only what would always be wrong is seen.</summary>
    Loose,

    /// <summary>The session's last word was said; the end of the stream must follow.</summary>
    Ended,

    /// <summary>The stream has ended.</summary>
    Closed,
}
