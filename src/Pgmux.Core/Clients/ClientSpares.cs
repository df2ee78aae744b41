using Pgmux.Core.Pooling;
using Pgmux.Transport;

namespace Pgmux.Core.Clients;

/// <summary>
/// What clients of one loop need only while they wait, for the next one to use: a parked client holds nothing of it, and waiting
/// allocates nothing. Only the loop's thread touches it.
/// </summary>
internal sealed class ClientSpares(EventLoop loop)
{
    /// <summary>More than this many of a kind are left to the collector: so many waits begin and end in one turn only after a crowd came.</summary>
    public const int MostKept = 1024;

    private readonly Stack<LeaseRequest> _requests = new();
    private readonly Stack<LoopSignal> _signals = new();

    /// <summary>A request that nobody else has.</summary>
    public LeaseRequest TakeRequest(ILeaseReceiver receiver)
    {
        if (!_requests.TryPop(out var request))
        {
            return new LeaseRequest(loop, receiver);
        }

        request.Receiver = receiver;
        return request;
    }

    /// <summary>Takes back a request that has ended. One that was given up may still be on its way, and is not kept.</summary>
    public void Return(LeaseRequest request)
    {
        if (request.State == LeaseRequestState.None && _requests.Count < MostKept)
        {
            // Who waited must not be held by what the next one may never need.
            request.Receiver = null;
            request.Error = null;
            _requests.Push(request);
        }
    }

    /// <summary>A signal that nobody waits for.</summary>
    public LoopSignal TakeSignal() => _signals.TryPop(out var signal) ? signal : new LoopSignal();

    /// <summary>Takes back a signal whose wait has ended.</summary>
    public void Return(LoopSignal signal)
    {
        if (_signals.Count < MostKept)
        {
            _signals.Push(signal);
        }
    }
}
