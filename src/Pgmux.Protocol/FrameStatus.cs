namespace Pgmux.Protocol;

/// <summary>What <see cref="FrameReader.Read"/> found at the start of its input.</summary>
public enum FrameStatus
{
    /// <summary>Fewer bytes than a header; nothing was taken.</summary>
    NeedMore,

    /// <summary>A message begins: its header and what has arrived of its body.</summary>
    Message,

    /// <summary>More of the body of a message whose header came earlier.</summary>
    Continuation,
}
