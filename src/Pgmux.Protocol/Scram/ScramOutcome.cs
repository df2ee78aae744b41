namespace Pgmux.Protocol;

/// <summary>What <see cref="ScramServer"/> made of a client's message.</summary>
public enum ScramOutcome
{
    /// <summary>The server's answer is ready; another message must follow.</summary>
    Continue,

    /// <summary>The client has proved that it knows the password.</summary>
    Succeeded,

    /// <summary>The message was well-formed and the proof is wrong, or there is no such user.</summary>
    WrongProof,

    /// <summary>The message is not what SCRAM allows here.</summary>
    Malformed,

    /// <summary>The client has bound its login to another TLS connection than this one.</summary>
    WrongBinding,

    /// <summary>The client could bind and believes that it was not offered.</summary>
    Downgraded,
}
