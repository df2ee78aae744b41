namespace Pgmux.Protocol;

/// <summary>Execute (frontend): runs a portal. Valid as long as the body it was read from.</summary>
public readonly ref struct Execute
{
    private Execute(ReadOnlySpan<byte> portal, int maximumRows)
    {
        Portal = portal;
        MaximumRows = maximumRows;
    }

    /// <summary>Portal to run; empty for the unnamed one.</summary>
    public ReadOnlySpan<byte> Portal { get; }

    /// <summary>Rows to return at most; 0 and below mean all.</summary>
    public int MaximumRows { get; }

    /// <summary>Reads the message.</summary>
    /// <exception cref="ProtocolViolationException">It is cut, or something follows.</exception>
    public static Execute Read(ref PayloadReader body)
    {
        var portal = body.ReadCString();
        var maximumRows = body.ReadInt32();
        body.ExpectEnd();
        return new Execute(portal, maximumRows);
    }
}
