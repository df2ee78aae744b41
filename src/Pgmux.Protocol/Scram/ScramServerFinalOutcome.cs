namespace Pgmux.Protocol;

/// <summary>What <see cref="ScramClient"/> made of the server's last message.</summary>
public enum ScramServerFinalOutcome
{
    /// <summary>The server knows the secret.</summary>
    Verified,

    /// <summary>The message is not what SCRAM allows here, or too long.</summary>
    Malformed,

    /// <summary>The signature is wrong: this is not the server that we think.</summary>
    WrongSignature,

    /// <summary>The server reports an error in place of its signature.</summary>
    ServerError,
}
