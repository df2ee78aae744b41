namespace Pgmux.Protocol;

/// <summary>CommandComplete (backend): a statement has ended well. Valid as long as the body it was read from.</summary>
public readonly ref struct CommandComplete
{
    private CommandComplete(ReadOnlySpan<byte> tag)
    {
        Tag = tag;
    }

    /// <summary>What was done, as <c>SELECT 5</c>.</summary>
    public ReadOnlySpan<byte> Tag { get; }

    /// <summary>Reads the message.</summary>
    /// <exception cref="ProtocolViolationException">The terminator is missing, or something follows.</exception>
    public static CommandComplete Read(ref PayloadReader body)
    {
        var tag = body.ReadCString();
        body.ExpectEnd();
        return new CommandComplete(tag);
    }
}
