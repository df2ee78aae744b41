namespace Pgmux.Protocol;

/// <summary>SASLInitialResponse (frontend): the chosen mechanism and its first data. Valid as long as the body it was read from.</summary>
public readonly ref struct SaslInitialResponse
{
    private const int NoData = -1;

    private SaslInitialResponse(ReadOnlySpan<byte> mechanism, bool hasData, ReadOnlySpan<byte> data)
    {
        Mechanism = mechanism;
        HasData = hasData;
        Data = data;
    }

    /// <summary>Name of the mechanism.</summary>
    public ReadOnlySpan<byte> Mechanism { get; }

    /// <summary>Whether the client has sent data with it; if not, it waits for an empty challenge.</summary>
    public bool HasData { get; }

    /// <summary>The data.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Reads the message.</summary>
    /// <exception cref="ProtocolViolationException">A part is missing, or the inner length is not that of the rest.</exception>
    public static SaslInitialResponse Read(ref PayloadReader body)
    {
        var mechanism = body.ReadCString();
        var length = body.ReadInt32();
        var data = length == NoData ? default : body.ReadBytes(length);
        body.ExpectEnd();
        return new SaslInitialResponse(mechanism, length != NoData, data);
    }
}
