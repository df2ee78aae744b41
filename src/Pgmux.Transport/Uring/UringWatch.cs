using Pgmux.Transport.Native;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Uring;

/// <summary>A descriptor that a ring polls for its target: one event for each change, until it is stopped.</summary>
internal sealed class UringWatch : DescriptorWatch, IRingTarget
{
    private readonly UringLoop _loop;
    private readonly IPollTarget _target;
    private readonly int _descriptor;
    private readonly PollEvents _interest;
    private readonly int _slot;
    private PollEvents _events;
    private bool _isPolled;
    private bool _isStopped;

    public UringWatch(UringLoop loop, int descriptor, PollEvents interest, IPollTarget target)
    {
        _loop = loop;
        _descriptor = descriptor;
        _interest = interest;
        _target = target;
        _slot = loop.Targets.Add(this);
        Poll();
    }

    public override void Stop()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        if (_isPolled)
        {
            // The kernel lets go of the descriptor before anybody may close it.
            _loop.Cancel(_slot, RingOperation.Poll);
            _loop.Flush();
        }

        _loop.Targets.Remove(_slot);
    }

    public override void Close()
    {
        Stop();
        _ = SocketCalls.Close(_descriptor);
    }

    public void OnCompleted(RingOperation operation, in CompletionEntry completion)
    {
        _isPolled = completion.GoesOn;
        if (completion.Result > 0)
        {
            var events = (PollEvents)completion.Result;
            if (_events == PollEvents.None)
            {
                _loop.QueueReady(this);
            }

            _events |= events;
            _target.Announce(events);
        }
        else if (!_isPolled && !_isStopped)
        {
            // The kernel may end a poll that goes on whenever it has to, for instance when it keeps completions for lack of room.
            Poll();
        }
    }

    public void RunCompleted(UringLoop loop)
    {
        if (_isStopped)
        {
            return;
        }

        var events = _events;
        _events = PollEvents.None;
        if (!_isPolled)
        {
            Poll();
        }

        _target.OnEvents(events);
    }

    public void OnLoopEnd() => _target.OnLoopEnd();

    private void Poll()
    {
        _isPolled = true;
        _loop.Poll(_slot, RingOperation.Poll, _descriptor, _interest, SubmissionEntry.PollMultishot);
    }
}
