namespace Pgmux.Protocol;

/// <summary>
/// What a side of a SCRAM exchange knows of channel binding: the data to bind to, and whether the client chose the mechanism that binds.
/// The kind is always tls-server-end-point, the only one that PostgreSQL has. Source: RFC 5802, section 6; RFC 5929, section 4.
/// </summary>
public sealed class ScramBinding
{
    /// <summary>The connection has nothing to bind to: it is in clear.</summary>
    public static readonly ScramBinding Impossible = new([], isChosen: false);

    private ScramBinding(byte[] data, bool isChosen)
    {
        Data = data;
        IsChosen = isChosen;
    }

    /// <summary>The hash of the server's certificate; empty where there is nothing to bind to.</summary>
    public byte[] Data { get; }

    /// <summary>Whether the client has chosen the mechanism that binds.</summary>
    public bool IsChosen { get; }

    /// <summary>Whether there is something to bind to: the server then offers it, and the client could use it.</summary>
    public bool IsOffered => Data.Length > 0;

    /// <summary>Possible, and chosen or not.</summary>
    public static ScramBinding Offered(byte[] data, bool isChosen) => data.Length == 0 ? Impossible : new(data, isChosen);
}
