namespace Pgmux.Core.Authentication;

/// <summary>How far a login to a server has come.</summary>
internal enum ServerAuthenticationState
{
    /// <summary>The server has not asked for anything.</summary>
    AwaitingRequest,

    /// <summary>A password or md5 answer was sent; AuthenticationOk is due.</summary>
    PasswordSent,

    /// <summary>A token was sent; AuthenticationOk is due.</summary>
    TokenSent,

    /// <summary>The server does not take the token, and was told that this is understood; its error is due.</summary>
    TokenRefused,

    /// <summary>SCRAM has begun; the server's challenge is due.</summary>
    AwaitingServerFirst,

    /// <summary>The challenge has come and keys are being derived.</summary>
    Deriving,

    /// <summary>The proof was sent; the server's signature is due.</summary>
    AwaitingServerFinal,

    /// <summary>The server has proved that it knows the secret; AuthenticationOk is due.</summary>
    ServerVerified,

    /// <summary>Over, one way or the other.</summary>
    Finished,
}
