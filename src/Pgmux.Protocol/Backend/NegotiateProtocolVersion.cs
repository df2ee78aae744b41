namespace Pgmux.Protocol;

/// <summary>NegotiateProtocolVersion (backend): the server speaks an older minor version, or lacks some protocol options.</summary>
/// <param name="NewestMinor">The minor version that the server goes on with.</param>
/// <param name="UnrecognizedOptions">The options that it does not know.</param>
public readonly record struct NegotiateProtocolVersion(int NewestMinor, IReadOnlyList<string> UnrecognizedOptions)
{
    /// <summary>Reads the message.</summary>
    /// <exception cref="ProtocolViolationException">The count does not fit the strings.</exception>
    public static NegotiateProtocolVersion Read(ref PayloadReader body)
    {
        // PostgreSQL sends major and minor version in one number, other servers the minor one alone.
        var version = ProtocolVersion.FromCode(body.ReadInt32());
        if (version.Major is not 0 and not ProtocolVersion.SupportedMajor)
        {
            throw ProtocolViolationException.InvalidNegotiation(version, 0);
        }

        var count = body.ReadInt32();

        // Every string takes a byte at least: no count may reserve more than has come.
        if (count < 0 || count > body.RemainingLength)
        {
            throw ProtocolViolationException.InvalidLengthField(count);
        }

        var options = new string[count];
        for (var index = 0; index < count; index++)
        {
            options[index] = WireText.Decode(body.ReadCString());
        }

        body.ExpectEnd();
        return new NegotiateProtocolVersion(version.Minor, options);
    }
}
