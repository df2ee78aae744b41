namespace Pgmux.Protocol;

/// <summary>A peer has broken the protocol. It loses its connection; nobody else notices.</summary>
public sealed class ProtocolViolationException : Exception
{
    private ProtocolViolationException(string message)
        : base(message)
    {
    }

    /// <summary>The code under which PostgreSQL reports it: always <see cref="Protocol.SqlState.ProtocolViolation"/>.</summary>
    public string SqlState { get; } = Protocol.SqlState.ProtocolViolation;

    /// <summary>A message of a type that a client cannot send, or not now. PostgreSQL's text.</summary>
    public static ProtocolViolationException InvalidFrontendMessageType(byte type) =>
        new($"invalid frontend message type {type}");

    /// <summary>Another message stands where the client's password should. PostgreSQL's text.</summary>
    public static ProtocolViolationException ExpectedPassword(byte type) =>
        new($"expected password response, got message type {type}");

    /// <summary>A server sent a message that has no place here.</summary>
    public static ProtocolViolationException UnexpectedBackendMessage(byte type) =>
        new($"unexpected message type {type} from server");

    /// <summary>A length field that is below 4, or above what its message may have.</summary>
    public static ProtocolViolationException InvalidMessageLength(byte type, int length) =>
        new($"invalid message length {length} of message type {type}");

    /// <summary>A server answers with a version that it was not asked for, or without need.</summary>
    public static ProtocolViolationException InvalidNegotiation(ProtocolVersion version, int options) =>
        new($"invalid protocol negotiation message: version {version}, {options} unknown options");

    internal static ProtocolViolationException InsufficientData() =>
        new("insufficient data left in message");

    internal static ProtocolViolationException InvalidString() =>
        new("invalid string in message");

    internal static ProtocolViolationException TrailingBytes(int count) =>
        new($"invalid message format: {count} bytes too many");

    internal static ProtocolViolationException InvalidLengthField(int length) =>
        new($"invalid length {length} inside a message");

    internal static ProtocolViolationException UnknownTransactionStatus(byte status) =>
        new($"unknown transaction status {status}");

    internal static ProtocolViolationException InvalidBackendKey(int length) =>
        new($"backend key of {length} bytes");
}
