namespace Pgmux.Protocol;

/// <summary>PasswordMessage (frontend): a password or an md5 answer. Valid as long as the body it was read from.</summary>
public readonly ref struct PasswordMessage
{
    private PasswordMessage(ReadOnlySpan<byte> password)
    {
        Password = password;
    }

    /// <summary>What was sent, without the zero.</summary>
    public ReadOnlySpan<byte> Password { get; }

    /// <summary>Reads the message.</summary>
    /// <exception cref="ProtocolViolationException">The terminator is missing, or stands before the end.</exception>
    public static PasswordMessage Read(ref PayloadReader body)
    {
        var password = body.ReadCString();
        body.ExpectEnd();
        return new PasswordMessage(password);
    }
}
