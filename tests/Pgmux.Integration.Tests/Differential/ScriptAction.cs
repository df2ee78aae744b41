namespace Pgmux.Integration.Tests.Differential;

/// <summary>What a step of a script does.</summary>
internal enum ScriptAction
{
    /// <summary>Puts bytes behind those that the client sends next.</summary>
    Write,

    /// <summary>Sends what was written, as one segment, and goes on without waiting.</summary>
    Send,

    /// <summary>Sends what was written and reads up to and with a message of a type, so many times.</summary>
    Until,

    /// <summary>Sends what was written and reads to the end of the stream.</summary>
    UntilClosed,

    /// <summary>Drops the connection with RST.</summary>
    Reset,
}
