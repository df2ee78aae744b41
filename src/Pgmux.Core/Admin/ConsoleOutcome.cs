namespace Pgmux.Core.Admin;

/// <summary>What is to become of a console connection after a message.</summary>
internal enum ConsoleOutcome
{
    /// <summary>Send what was written and read on.</summary>
    Continue,

    /// <summary>Send what was written and close.</summary>
    Close,
}
