namespace Pgmux.Protocol;

/// <summary>SASLResponse (frontend): the next data of the mechanism. Valid as long as the body it was read from.</summary>
public readonly ref struct SaslResponse
{
    private SaslResponse(ReadOnlySpan<byte> data)
    {
        Data = data;
    }

    /// <summary>The data: the whole body.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Reads the message.</summary>
    public static SaslResponse Read(ref PayloadReader body) => new(body.ReadBytes(body.RemainingLength));
}
