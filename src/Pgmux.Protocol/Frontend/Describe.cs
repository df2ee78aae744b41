namespace Pgmux.Protocol;

/// <summary>Describe (frontend): asks what a statement or portal looks like. Valid as long as the body it was read from.</summary>
public readonly ref struct Describe
{
    private Describe(byte kind, ReadOnlySpan<byte> name)
    {
        Kind = kind;
        Name = name;
    }

    /// <summary>
    /// <see cref="StatementOrPortal.Statement"/> or <see cref="StatementOrPortal.Portal"/>. Any other byte is kept: the server's
    /// answer to it is an error that leaves the connection alive.
    /// </summary>
    public byte Kind { get; }

    /// <summary>Name of the statement or portal; empty for the unnamed one.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>Whether it names a statement.</summary>
    public bool IsStatement => Kind == StatementOrPortal.Statement;

    /// <summary>Reads the message.</summary>
    /// <exception cref="ProtocolViolationException">The terminator is missing, or something follows.</exception>
    public static Describe Read(ref PayloadReader body)
    {
        var kind = body.ReadByte();
        var name = body.ReadCString();
        body.ExpectEnd();
        return new Describe(kind, name);
    }

    /// <summary>Reads from as much of the body as has arrived; false when that is too little.</summary>
    /// <exception cref="ProtocolViolationException">The body is complete and too short.</exception>
    public static bool TryRead(ReadOnlySpan<byte> arrived, bool isComplete, out Describe message)
    {
        var head = new MessageHead(arrived, isComplete);
        if (head.TryReadByte(out var kind) && head.TryReadCString(out var name))
        {
            message = new Describe(kind, name);
            return true;
        }

        message = default;
        return false;
    }
}
