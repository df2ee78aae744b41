namespace Pgmux.Core.Statements;

/// <summary>How a request ended.</summary>
internal enum RequestOutcome : byte
{
    /// <summary>The server has carried it out.</summary>
    Succeeded,

    /// <summary>The server has answered with an error.</summary>
    Failed,

    /// <summary>The server has not looked at it: it came behind an error.</summary>
    Skipped,
}
