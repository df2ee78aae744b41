namespace Pgmux.Core.Authentication;

/// <summary>Why pgmux gave up a login to a server before the server did.</summary>
internal enum ServerAuthenticationFailure
{
    /// <summary>The server asks for a password and there is none.</summary>
    NoPassword,

    /// <summary>There is a secret, of a kind that cannot answer this request.</summary>
    WrongPasswordType,

    /// <summary>A method that pgmux cannot do: GSSAPI, SSPI, Kerberos, or one that it does not know.</summary>
    UnsupportedMethod,

    /// <summary>SASL, and none of the mechanisms offered is one of ours (OAuth without a token, channel binding alone).</summary>
    UnsupportedMechanism,

    /// <summary>The server has not asked for the client's token that it should judge.</summary>
    TokenNotAsked,

    /// <summary>The server asks for a token on a connection on which others could read it.</summary>
    TokenInClear,

    /// <summary>The server's message is not what the method allows here.</summary>
    Malformed,

    /// <summary>The server asks for more iterations of PBKDF2 than we are ready to run.</summary>
    TooManyIterations,

    /// <summary>The server does not know the secret: it is not the one that we think.</summary>
    WrongServerSignature,
}
