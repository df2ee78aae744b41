namespace Pgmux.Protocol;

/// <summary>A peer has broken the protocol. It loses its connection; nobody else notices.</summary>
public sealed class ProtocolViolationException : Exception
{
    private ProtocolViolationException(string message)
        : base(message)
    {
    }

    internal static ProtocolViolationException InvalidMessageLength(byte type, int length) =>
        new($"invalid message length {length} of message type {type}");
}
