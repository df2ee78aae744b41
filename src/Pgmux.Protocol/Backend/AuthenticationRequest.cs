namespace Pgmux.Protocol;

/// <summary>Any of the authentication requests (backend). Valid as long as the body it was read from.</summary>
public readonly ref struct AuthenticationRequest
{
    /// <summary>Length of the salt of an md5 request.</summary>
    public const int Md5SaltBytes = 4;

    private AuthenticationRequest(AuthenticationRequestKind kind, ReadOnlySpan<byte> data)
    {
        Kind = kind;
        Data = data;
    }

    /// <summary>What is asked.</summary>
    public AuthenticationRequestKind Kind { get; }

    /// <summary>What follows the kind: the salt of md5, the list of mechanisms, the data of a SASL step.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Salt of an md5 request; empty for other kinds.</summary>
    public ReadOnlySpan<byte> Salt => Kind == AuthenticationRequestKind.Md5Password ? Data : default;

    /// <summary>Reads a request; the parts of the kinds that pgmux can answer are checked.</summary>
    /// <exception cref="ProtocolViolationException">A part is missing, too short or too long.</exception>
    public static AuthenticationRequest Read(ref PayloadReader body)
    {
        var kind = (AuthenticationRequestKind)body.ReadInt32();
        var data = body.Remaining;
        switch (kind)
        {
            case AuthenticationRequestKind.Ok:
            case AuthenticationRequestKind.CleartextPassword:
                body.ExpectEnd();
                break;
            case AuthenticationRequestKind.Md5Password:
                body.ReadBytes(Md5SaltBytes);
                body.ExpectEnd();
                break;
            case AuthenticationRequestKind.Sasl:
                while (!body.ReadCString().IsEmpty)
                {
                }

                body.ExpectEnd();
                break;
            default:
                body.ReadBytes(body.RemainingLength);
                break;
        }

        return new AuthenticationRequest(kind, data);
    }

    /// <summary>Whether the list of a SASL request holds <paramref name="mechanism"/>, at any place.</summary>
    public bool Offers(ReadOnlySpan<byte> mechanism)
    {
        if (Kind != AuthenticationRequestKind.Sasl)
        {
            return false;
        }

        var list = new PayloadReader(Data);
        while (list.ReadCString() is { IsEmpty: false } offered)
        {
            if (offered.SequenceEqual(mechanism))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The list of a SASL request, in the server's order; empty for other kinds.</summary>
    public IReadOnlyList<string> GetMechanisms()
    {
        var mechanisms = new List<string>();
        if (Kind == AuthenticationRequestKind.Sasl)
        {
            var list = new PayloadReader(Data);
            while (list.ReadCString() is { IsEmpty: false } offered)
            {
                mechanisms.Add(WireText.Decode(offered));
            }
        }

        return mechanisms;
    }
}
