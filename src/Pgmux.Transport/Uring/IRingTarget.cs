using Pgmux.Transport.Native;

namespace Pgmux.Transport.Uring;

/// <summary>Somebody who asks the kernel for things. Called on the loop.</summary>
internal interface IRingTarget
{
    /// <summary>
    /// A request has ended. Only takes note, and queues itself with <see cref="UringLoop.QueueReady"/>: the completions of a turn are all
    /// known before any of them is acted on.
    /// </summary>
    void OnCompleted(RingOperation operation, in CompletionEntry completion);

    /// <summary>Acts on what it has noted, unless it has left this loop.</summary>
    void RunCompleted(UringLoop loop);

    /// <summary>The loop ends: closes the descriptor.</summary>
    void OnLoopEnd();
}
