namespace Pgmux.Protocol;

/// <summary>What <see cref="ScramClient"/> made of the server's first message.</summary>
public enum ScramServerFirstOutcome
{
    /// <summary>Salt and iterations are known; the proof can be made.</summary>
    Accepted,

    /// <summary>The message is not what SCRAM allows here, or too long.</summary>
    Malformed,

    /// <summary>The nonce does not begin with ours: an answer to somebody else.</summary>
    NonceMismatch,

    /// <summary>More iterations than <see cref="ScramLimits.MaximumIterations"/>.</summary>
    TooManyIterations,
}
