namespace Pgmux.Transport.Pipes;

/// <summary>What a link tells its connection. Events are edges: they come once for each change.</summary>
[Flags]
internal enum LinkEvents
{
    None = 0,

    /// <summary>Bytes have come.</summary>
    Readable = 1,

    /// <summary>There is room to send again.</summary>
    Writable = 2,

    /// <summary>The peer has finished sending.</summary>
    HalfClosed = 4,

    /// <summary>The link is gone.</summary>
    Reset = 8,

    /// <summary>A receive that brings less than asked for does not prove that nothing is left (urgent data splits receives).</summary>
    Urgent = 16,
}
