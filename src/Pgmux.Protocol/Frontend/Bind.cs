namespace Pgmux.Protocol;

/// <summary>
/// Head of Bind (frontend): portal and statement. Formats and parameters stay unread, they are between client and server. Valid as
/// long as the body it was read from.
/// </summary>
public readonly ref struct Bind
{
    private Bind(ReadOnlySpan<byte> portal, ReadOnlySpan<byte> statement, int headLength)
    {
        Portal = portal;
        Statement = statement;
        HeadLength = headLength;
    }

    /// <summary>Portal to make; empty for the unnamed one.</summary>
    public ReadOnlySpan<byte> Portal { get; }

    /// <summary>Statement to bind; empty for the unnamed one.</summary>
    public ReadOnlySpan<byte> Statement { get; }

    /// <summary>Bytes of the body that both names take, zeros included.</summary>
    public int HeadLength { get; }

    /// <summary>Reads the head of a whole message; what follows is left in the reader.</summary>
    /// <exception cref="ProtocolViolationException">A terminator is missing.</exception>
    public static Bind Read(ref PayloadReader body)
    {
        var length = body.RemainingLength;
        var portal = body.ReadCString();
        var statement = body.ReadCString();
        return new Bind(portal, statement, length - body.RemainingLength);
    }

    /// <summary>Reads the head from as much of the body as has arrived; false when that is too little.</summary>
    /// <exception cref="ProtocolViolationException">The body is complete and a terminator is missing.</exception>
    public static bool TryRead(ReadOnlySpan<byte> arrived, bool isComplete, out Bind bind)
    {
        var head = new MessageHead(arrived, isComplete);
        if (head.TryReadCString(out var portal) && head.TryReadCString(out var statement))
        {
            bind = new Bind(portal, statement, head.Length);
            return true;
        }

        bind = default;
        return false;
    }
}
