namespace Pgmux.Protocol;

/// <summary>ParameterStatus (backend): a run-time parameter has this value. Valid as long as the body it was read from.</summary>
public readonly ref struct ParameterStatus
{
    private ParameterStatus(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Name = name;
        Value = value;
    }

    /// <summary>Name of the parameter.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>Its value.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Reads the message.</summary>
    /// <exception cref="ProtocolViolationException">A terminator is missing, or something follows.</exception>
    public static ParameterStatus Read(ref PayloadReader body)
    {
        var name = body.ReadCString();
        var value = body.ReadCString();
        body.ExpectEnd();
        return new ParameterStatus(name, value);
    }
}
