namespace Pgmux.Protocol;

/// <summary>The packet that opens a connection is refused. Message and code are what the client is told.</summary>
public sealed class StartupPacketException : Exception
{
    private StartupPacketException(string sqlState, string message)
        : base(message)
    {
        SqlState = sqlState;
    }

    /// <summary>Code of the error.</summary>
    public string SqlState { get; }

    /// <summary>Whether the client must not be answered: whoever sends a cancel request waits for the end of the connection only.</summary>
    public bool IsSilent { get; private init; }

    /// <summary>The error that the client is sent, unless <see cref="IsSilent"/>.</summary>
    public ErrorFields ToErrorFields() => ErrorFields.Fatal(SqlState, Message);

    /// <summary>A version that pgmux does not speak, or a request code at a place where it is not taken. PostgreSQL's text.</summary>
    public static StartupPacketException UnsupportedProtocol(ProtocolVersion version) => new(
        Protocol.SqlState.FeatureNotSupported,
        $"unsupported frontend protocol {version}: server supports {ProtocolVersion.V3} to {ProtocolVersion.V32}");

    /// <summary>The name of the user is missing. PgBouncer's text, PostgreSQL's code.</summary>
    public static StartupPacketException NoUserName() =>
        new(Protocol.SqlState.InvalidAuthorizationSpecification, "no username supplied");

    /// <summary>Bytes came together with a request for encryption: whoever is in the middle could have put them there. PostgreSQL's texts.</summary>
    public static StartupPacketException UnencryptedData(int requestCode) => new(
        Protocol.SqlState.ProtocolViolation,
        requestCode == StartupCodes.SslRequest
            ? "received unencrypted data after SSL request"
            : "received unencrypted data after GSSAPI encryption request");

    // PgBouncer's text: the hex digits tell an operator what knocked (an HTTP client, a TLS handshake).
    internal static StartupPacketException InvalidHeader(ReadOnlySpan<byte> head) =>
        new(Protocol.SqlState.ProtocolViolation, $"bad packet header: '{Convert.ToHexStringLower(head)}'");

    internal static StartupPacketException InvalidLayout() =>
        new(Protocol.SqlState.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte");

    internal static StartupPacketException InvalidCancelRequest() =>
        new(Protocol.SqlState.ProtocolViolation, "bad cancel request") { IsSilent = true };
}
