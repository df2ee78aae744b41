namespace Pgmux.Core.Cancellation;

/// <summary>During an online restart: the other process, which has the other part of the clients.</summary>
internal interface ICancelCounterpart
{
    /// <summary>Asks it to cancel for the client with this key; false when it has none, or has gone.</summary>
    /// <returns>Completes when the request can hit nothing any more.</returns>
    ValueTask<bool> TryCancelAsync(int processId, byte[] secret);
}
