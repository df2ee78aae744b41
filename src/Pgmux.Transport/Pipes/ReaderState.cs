namespace Pgmux.Transport.Pipes;

/// <summary>The life of a reader between two reads.</summary>
internal enum ReaderState
{
    /// <summary>No read is going on.</summary>
    Idle,

    /// <summary>A read waits for bytes.</summary>
    Waiting,

    /// <summary>The read that waited has its result, which nobody has fetched yet.</summary>
    Ready,

    /// <summary>The result is lent until AdvanceTo.</summary>
    Lent,

    /// <summary>The consumer reads no more.</summary>
    Completed,
}
