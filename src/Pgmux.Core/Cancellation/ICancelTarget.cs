using Pgmux.Transport;

namespace Pgmux.Core.Cancellation;

/// <summary>A client whose query may be cancelled by whoever has its key.</summary>
internal interface ICancelTarget
{
    /// <summary>The loop that the client lives on.</summary>
    EventLoop Loop { get; }

    /// <summary>Cancels what the client waits for now, if anything. Called on its loop.</summary>
    void Cancel();
}
