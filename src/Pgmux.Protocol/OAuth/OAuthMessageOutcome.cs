namespace Pgmux.Protocol;

/// <summary>What came of reading a client's first message in OAUTHBEARER.</summary>
public enum OAuthMessageOutcome
{
    /// <summary>It is one.</summary>
    Read,

    /// <summary>It is none.</summary>
    Malformed,

    /// <summary>The client wants to be somebody else than it proves (a= in the header), which nobody grants.</summary>
    HasIdentity,
}
