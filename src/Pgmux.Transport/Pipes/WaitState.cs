namespace Pgmux.Transport.Pipes;

/// <summary>The life of a read or flush that could not complete at once.</summary>
internal enum WaitState
{
    /// <summary>Nobody waits.</summary>
    Idle,

    /// <summary>Waits for bytes, or for room.</summary>
    Waiting,

    /// <summary>Has its result, which nobody has fetched yet.</summary>
    Ready,
}
