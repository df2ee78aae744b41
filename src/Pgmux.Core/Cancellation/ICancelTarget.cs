using Pgmux.Transport;

namespace Pgmux.Core.Cancellation;

/// <summary>A client whose query may be cancelled by whoever has its key.</summary>
internal interface ICancelTarget
{
    /// <summary>The loop that the client lives on.</summary>
    EventLoop Loop { get; }

    /// <summary>Its key; the default until it has been given one. Only <see cref="CancelRegistry"/> sets it.</summary>
    CancelKey CancelKey { get; set; }

    /// <summary>
    /// Cancels what the client waits for now, if anything. Called on its loop.
    /// </summary>
    /// <returns>
    /// Completes when no later query of the client can be hit any more: <see cref="CancelOutcome.TimedOut"/> when cancel_wait_timeout has passed
    /// before that, else <see cref="CancelOutcome.Served"/>.
    /// </returns>
    Task<CancelOutcome> CancelAsync();
}
