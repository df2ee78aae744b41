namespace Pgmux.Transport.Pipes;

/// <summary>What a reader's consumer does.</summary>
internal enum ReaderState
{
    /// <summary>It has advanced past the last result; it may have asked for the next one.</summary>
    Idle,

    /// <summary>A result is lent to it until AdvanceTo.</summary>
    Lent,

    /// <summary>It reads no more.</summary>
    Completed,
}
