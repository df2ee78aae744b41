namespace Pgmux.Transport.Loops;

/// <summary>Brings awaits of anything (name resolution, TLS, work on the thread pool) back to the loop.</summary>
internal sealed class LoopSynchronizationContext(LoopCore core) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => core.Post(new WorkItem(d, state));

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (!core.Owner.IsCurrent)
        {
            throw new NotSupportedException("Nobody waits for a loop: use Post");
        }

        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;
}
