namespace Pgmux.Testing.Chaos.Load;

/// <summary>How a client leaves without a word.</summary>
internal enum AbortKind
{
    /// <summary>RST, as a process leaves that is killed with data unread.</summary>
    Reset,

    /// <summary>FIN without Terminate.</summary>
    Close,

    /// <summary>FIN in one direction; what is owed is still read.</summary>
    HalfClose,

    /// <summary>RST after a part of a message.</summary>
    InsideMessage,
}
