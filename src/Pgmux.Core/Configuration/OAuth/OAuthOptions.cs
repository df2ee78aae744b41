namespace Pgmux.Core.Configuration.OAuth;

/// <summary>What a line of the HBA file says of tokens, behind the methods jwt and oauth.</summary>
internal sealed record OAuthOptions
{
    /// <summary>The claim that names the user unless the line says otherwise: the one that every issuer gives (RFC 7519, 4.1.2).</summary>
    public const string UsualClaim = "sub";

    /// <summary>Who gives out the tokens. issuer=, as in PostgreSQL.</summary>
    public required string Issuer { get; init; }

    /// <summary>What a token has to be good for, words with blanks between them; null is nothing in particular. scope=, as in PostgreSQL.</summary>
    public string? Scope { get; init; }

    /// <summary>For whom a token has to be made. audience=; for jwt.</summary>
    public string Audience { get; init; } = "";

    /// <summary>The claim that names the user. claim=; for jwt.</summary>
    public string Claim { get; init; } = UsualClaim;

    /// <summary>The issuer's keys. What jwks= names; for jwt.</summary>
    public JwtKeys Keys { get; init; } = JwtKeys.None;

    /// <summary>Whether the client shows the token as its password, and is asked for one. via=password.</summary>
    public bool ComesAsPassword { get; init; }
}
