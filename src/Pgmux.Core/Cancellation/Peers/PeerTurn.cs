namespace Pgmux.Core.Cancellation.Peers;

/// <summary>The place of one request in a <see cref="PeerPool"/>.</summary>
internal sealed class PeerTurn
{
    private readonly TaskCompletionSource<bool> _admission = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>True when the request may go, false when it has waited too long.</summary>
    public Task<bool> Admission => _admission.Task;

    /// <summary>Where it stands. Only its pool sets it.</summary>
    public PeerTurnState State { get; set; }

    /// <summary>Lets it go; false when it has given up.</summary>
    public bool TryAdmit() => _admission.TrySetResult(true);

    /// <summary>Ends the wait, if it lasts.</summary>
    public void GiveUp() => _admission.TrySetResult(false);
}
