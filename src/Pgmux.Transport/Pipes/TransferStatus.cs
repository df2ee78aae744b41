namespace Pgmux.Transport.Pipes;

/// <summary>How an attempt to move bytes ended.</summary>
internal enum TransferStatus
{
    /// <summary>All that was asked for, or with a receive as much as there was.</summary>
    Done,

    /// <summary>A send is under way, and how it ends is told later. The bytes stay where they are until then.</summary>
    Started,

    /// <summary>The link takes or has no more now; some bytes may have been moved by a send. An event tells when to go on.</summary>
    WouldBlock,

    /// <summary>The peer has finished sending (FIN).</summary>
    EndOfStream,

    /// <summary>The link is gone.</summary>
    Broken,
}
