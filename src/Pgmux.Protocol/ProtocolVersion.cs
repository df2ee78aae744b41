namespace Pgmux.Protocol;

/// <summary>Version of the protocol, as the first field of a startup packet states it.</summary>
/// <param name="Major">3 for everything that is in use.</param>
/// <param name="Minor">0, or 2 since PostgreSQL 18.</param>
public readonly record struct ProtocolVersion(int Major, int Minor)
{
    /// <summary>The only major version that pgmux speaks.</summary>
    public const int SupportedMajor = 3;

    /// <summary>The newest minor version there is; 3.1 is reserved and was never in use.</summary>
    public const int NewestMinor = 2;

    private const int MinorBits = 16;

    /// <summary>Version 3.0.</summary>
    public static ProtocolVersion V3 { get; } = new(SupportedMajor, 0);

    /// <summary>Version 3.2: cancel keys of up to 256 bytes.</summary>
    public static ProtocolVersion V32 { get; } = new(SupportedMajor, NewestMinor);

    /// <summary>Whether secrets of cancel requests may be longer than 4 bytes. With 3.1, which nobody speaks, PostgreSQL 18 does as with 3.0.</summary>
    public bool HasLongCancelKeys => Minor >= NewestMinor;

    /// <summary>The version that is spoken with a client that asks for this one.</summary>
    public ProtocolVersion Supported => Minor > NewestMinor ? V32 : this;

    /// <summary>The number on the wire.</summary>
    public int Code => (Major << MinorBits) | Minor;

    /// <summary>Splits the number on the wire.</summary>
    public static ProtocolVersion FromCode(int code) => new(code >>> MinorBits, code & ushort.MaxValue);

    /// <summary>Major and minor with a point between.</summary>
    public override string ToString() => $"{Major}.{Minor}";
}
