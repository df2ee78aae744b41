using Pgmux.Transport;

namespace Pgmux.Core.Cancellation;

/// <summary>cancel_wait_timeout of one request, by the loop's sweep.</summary>
internal sealed class CancelDeadline : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly IDisposable _sweep;

    /// <param name="loop">The loop that waits.</param>
    /// <param name="timeout">From now on; zero is no limit.</param>
    public CancelDeadline(EventLoop loop, TimeSpan timeout)
    {
        var since = loop.Timestamp;
        _sweep = loop.AddSweep(() =>
        {
            if (timeout > TimeSpan.Zero && loop.TimeProvider.GetElapsedTime(since, loop.Timestamp) > timeout)
            {
                _source.Cancel();
            }
        });
    }

    /// <summary>Cancelled when the time is over.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether the time is over.</summary>
    public bool IsOver => _source.IsCancellationRequested;

    /// <inheritdoc/>
    public void Dispose()
    {
        _sweep.Dispose();
        _source.Dispose();
    }
}
