namespace Pgmux.Core.Authentication;

/// <summary>How far a SCRAM exchange with a client has come.</summary>
internal enum ScramExchangeState
{
    /// <summary>The mechanisms were sent; the client's choice is due.</summary>
    AwaitingMechanism,

    /// <summary>The client has chosen without data; its first message is due.</summary>
    AwaitingClientFirst,

    /// <summary>Our challenge was sent; the proof is due.</summary>
    AwaitingClientFinal,

    /// <summary>Over, one way or the other.</summary>
    Finished,
}
