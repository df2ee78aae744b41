namespace Pgmux.Transport.Pipes;

/// <summary>The life of a flush.</summary>
internal enum FlushState
{
    /// <summary>No flush waits.</summary>
    Idle,

    /// <summary>A flush waits until enough has been sent.</summary>
    Waiting,

    /// <summary>The flush that waited has its result, which nobody has fetched yet.</summary>
    Ready,
}
