namespace Pgmux.Protocol;

/// <summary>The SASL mechanism by which a client shows a bearer token. Source: RFC 7628, and PostgreSQL 18, which speaks it first.</summary>
public static class OAuthMechanism
{
    /// <summary>As text.</summary>
    public const string Name = "OAUTHBEARER";

    /// <summary>What stands between and behind the pairs of a message (kvsep); alone it is a client's answer to an error.</summary>
    public const byte Separator = 0x01;

    /// <summary>As bytes of a message.</summary>
    public static ReadOnlySpan<byte> NameBytes => "OAUTHBEARER"u8;

    /// <summary>What a client says to an error, so that the exchange may end.</summary>
    public static ReadOnlySpan<byte> ErrorAnswer => [Separator];
}
