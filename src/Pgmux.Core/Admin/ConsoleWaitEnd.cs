namespace Pgmux.Core.Admin;

/// <summary>How the wait of a command came to its end.</summary>
internal enum ConsoleWaitEnd
{
    /// <summary>What was waited for is so.</summary>
    Done,

    /// <summary>A cancel request with the session's key.</summary>
    Cancelled,

    /// <summary>The client has left.</summary>
    Left,
}
