namespace Pgmux.Testing.Mux;

/// <summary>How one end of a connection lets go of it.</summary>
internal enum ConnectionEnd
{
    /// <summary>Closes: what was sent still goes out, what comes is dropped.</summary>
    Close,

    /// <summary>Sends FIN and goes on reading.</summary>
    HalfClose,

    /// <summary>Sends RST: what is on its way is lost.</summary>
    Reset,
}
