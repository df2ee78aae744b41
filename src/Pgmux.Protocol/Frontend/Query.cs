namespace Pgmux.Protocol;

/// <summary>Query (frontend): one string of statements. Valid as long as the body it was read from.</summary>
public readonly ref struct Query
{
    private Query(ReadOnlySpan<byte> text)
    {
        Text = text;
    }

    /// <summary>The statements, without the zero.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>Reads the message.</summary>
    /// <exception cref="ProtocolViolationException">The terminator is missing, or something follows.</exception>
    public static Query Read(ref PayloadReader body)
    {
        var text = body.ReadCString();
        body.ExpectEnd();
        return new Query(text);
    }
}
