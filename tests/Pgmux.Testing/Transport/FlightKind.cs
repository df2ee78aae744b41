namespace Pgmux.Testing.Transport;

/// <summary>What travels over a link.</summary>
internal enum FlightKind
{
    /// <summary>Bytes of the stream.</summary>
    Bytes,

    /// <summary>FIN: nothing comes after it.</summary>
    End,

    /// <summary>RST of an end that broke the link: what the receiver has not read is lost.</summary>
    Reset,

    /// <summary>RST in answer to bytes that came to an end that was closed: the receiver may still read what came before.</summary>
    Refusal,
}
