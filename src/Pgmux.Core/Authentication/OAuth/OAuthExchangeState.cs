namespace Pgmux.Core.Authentication.OAuth;

/// <summary>How far an OAUTHBEARER exchange with a client has come.</summary>
internal enum OAuthExchangeState
{
    /// <summary>The mechanism was offered; the client's choice is due.</summary>
    AwaitingMechanism,

    /// <summary>The client has chosen without data; its first message is due.</summary>
    AwaitingResponse,

    /// <summary>The token is being judged.</summary>
    Judging,

    /// <summary>The client was told where tokens are to be had; its answer is due, and then the login has failed.</summary>
    AwaitingErrorAnswer,

    /// <summary>Over, one way or the other.</summary>
    Finished,
}
