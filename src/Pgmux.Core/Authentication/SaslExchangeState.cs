namespace Pgmux.Core.Authentication;

/// <summary>How far an exchange by SASL with a client has come.</summary>
internal enum SaslExchangeState
{
    /// <summary>The mechanisms were sent; the client's choice is due.</summary>
    AwaitingMechanism,

    /// <summary>The client has chosen without data; its first message is due.</summary>
    AwaitingFirst,

    /// <summary>The first message is being judged, by work off the loop or by somebody else.</summary>
    Judging,

    /// <summary>A challenge was sent; its answer is due.</summary>
    AwaitingAnswer,

    /// <summary>Over, one way or the other.</summary>
    Finished,
}
