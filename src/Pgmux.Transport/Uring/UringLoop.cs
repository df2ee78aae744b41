using System.Net;
using Pgmux.Transport.Buffers;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Native;
using Pgmux.Transport.Sockets;

namespace Pgmux.Transport.Uring;

/// <summary>
/// An event loop on io_uring(7), Linux 6.1 or later: receives wait in the kernel, and one call per turn hands over what the turn has
/// asked for and waits for what comes.
/// </summary>
public sealed class UringLoop : SocketLoop
{
    // Who has no receive in the kernel hears of its peer's end by a poll. It is asked for only when a connection has been so for a while:
    // most are in the middle of a transaction.
    private static readonly TimeSpan PeerWatchDelay = TimeSpan.FromMilliseconds(100);

    private readonly Ring _ring;
    private readonly ReceiveBuffers _short;
    private readonly ReceiveBuffers _long;
    private readonly List<IRingTarget> _ready = [];
    private readonly List<UringConnection> _receivers = [];
    private readonly List<UringConnection> _senders = [];
    private List<UringConnection> _unwatched = [];
    private List<UringConnection> _watching = [];
    private uint _sendsUnderWay;
    private bool _isWakeUpPolled;

    private UringLoop(SocketLoopOptions options, Ring ring, WakeUp wakeUp)
        : base(options, wakeUp)
    {
        _ring = ring;
        _short = ReceiveBuffers.TryRegister(ring, Core.Buffers, BufferGroup.Short, out var error) ?? throw new UringUnavailableException(error);
        _long = ReceiveBuffers.TryRegister(ring, Core.Buffers, BufferGroup.Long, out error) ?? throw new UringUnavailableException(error);
        Core.BeforeSends = QueueReceives;
    }

    internal SlotTable<IRingTarget> Targets { get; } = new();

    internal override int TargetCount => Targets.Count;

    /// <summary>Starts a loop on a thread of its own.</summary>
    /// <exception cref="UringUnavailableException">This kernel, or what restricts this process, does not allow it.</exception>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public static UringLoop Start(SocketLoopOptions options)
    {
        var ring = Ring.TryCreate(out var error) ?? throw new UringUnavailableException(error);
        try
        {
            var loop = new UringLoop(options, ring, new WakeUp());
            loop.StartThread();
            return loop;
        }
        catch
        {
            ring.Dispose();
            throw;
        }
    }

    internal override SocketConnection CreateConnection(int socket, EndPoint remote, EndPoint? local, SocketTuning tuning) =>
        new UringConnection(this, socket, remote, local, tuning);

    internal override DescriptorWatch? TryWatch(int descriptor, PollEvents interest, IPollTarget target) =>
        new UringWatch(this, descriptor, interest, target);

    /// <summary>Has the target's <see cref="IRingTarget.RunCompleted"/> called, once all completions of the turn are known.</summary>
    internal void QueueReady(IRingTarget target) => _ready.Add(target);

    /// <summary>At the end of the turn the connection says whether it wants to receive.</summary>
    internal void QueueReceive(UringConnection connection) => _receivers.Add(connection);

    /// <summary>The connection has no receive in the kernel; if that is still so after a while, its peer is watched.</summary>
    internal void QueuePeerWatch(UringConnection connection)
    {
        if (_unwatched.Count == 0)
        {
            Core.AddDeadline(PeerWatchDelay, static state => ((UringLoop)state!).WatchPeers(), this);
        }

        _unwatched.Add(connection);
    }

    /// <summary>Asks for the next bytes of a socket.</summary>
    internal unsafe void Receive(int slot, int socket, BufferGroup group, bool mayHaveMore)
    {
        var entry = _ring.NextEntry();
        entry->Operation = SubmissionEntry.OperationReceive;
        entry->Flags = SubmissionEntry.FlagBufferSelect;
        entry->Priority = mayHaveMore ? (ushort)0 : SubmissionEntry.PriorityPollFirst;
        entry->Descriptor = socket;
        entry->BufferGroup = group.Number;
        entry->UserData = RequestKey.Of(Targets.DataOf(slot), RingOperation.Receive);
    }

    /// <summary>Takes the block that a receive has filled.</summary>
    internal BufferBlock TakeReceived(in CompletionEntry completion) => BuffersOf(completion.Buffer).Take(completion.Buffer, completion.Result);

    /// <summary>Sends bytes of a pinned block, which stay where they are until that has ended.</summary>
    internal unsafe void Send(UringConnection connection, int slot, int socket, BufferBlock block, int bytes)
    {
        var entry = _ring.NextEntry();
        entry->Operation = SubmissionEntry.OperationSend;
        entry->Descriptor = socket;
        entry->Address = (ulong)block.Address;
        entry->Length = (uint)bytes;
        entry->OperationFlags = SocketCalls.MessageNoSignal | SocketCalls.MessageDoNotWait;
        entry->UserData = RequestKey.Of(Targets.DataOf(slot), RingOperation.Send);
        _senders.Add(connection);
        _sendsUnderWay++;
    }

    /// <summary>Asks for events of a descriptor: the first, or with <see cref="SubmissionEntry.PollMultishot"/> all.</summary>
    internal void Poll(int slot, RingOperation operation, int descriptor, PollEvents interest, uint flags) =>
        Poll(RequestKey.Of(Targets.DataOf(slot), operation), descriptor, interest, flags);

    /// <summary>Takes a request back. It completes all the same, as cancelled or not, with the next <see cref="Flush"/>.</summary>
    internal unsafe void Cancel(int slot, RingOperation operation)
    {
        var entry = _ring.NextEntry();
        entry->Operation = SubmissionEntry.OperationAsyncCancel;
        entry->Descriptor = -1;
        entry->Address = RequestKey.Of(Targets.DataOf(slot), operation);
        entry->UserData = RequestKey.Nobody;
    }

    /// <summary>Hands over what is queued at once and takes note of what has completed.</summary>
    internal void Flush()
    {
        _ring.Submit();
        Reap();
    }

    private protected override void OnThreadStarted() => _ring.Enable();

    private protected override void Wait(TimeSpan longest)
    {
        QueueReceives();
        if (!_isWakeUpPolled)
        {
            _isWakeUpPolled = true;
            Poll(RequestKey.WakeUp, WakeUp.Descriptor, PollEvents.In, SubmissionEntry.PollMultishot);
        }

        _ring.Enter(longest == TimeSpan.Zero || _ready.Count > 0 ? 0u : CompletionsToWaitFor(), longest);
        _senders.Clear();
    }

    // Sends end with the call that hands them over. Their ends alone are no reason to wake up, unless somebody waits for one.
    private uint CompletionsToWaitFor()
    {
        foreach (var sender in _senders)
        {
            if (sender.IsSendUrgent)
            {
                return 1;
            }
        }

        return _sendsUnderWay + 1;
    }

    private protected override void Dispatch()
    {
        Reap();

        // Whoever runs may cause further completions to be noted.
        for (var index = 0; index < _ready.Count; index++)
        {
            try
            {
                _ready[index].RunCompleted(this);
            }
            catch (Exception exception)
            {
                Core.Report(exception);
            }
        }

        _ready.Clear();
    }

    private protected override void EndTargets()
    {
        foreach (var target in Targets.ToArray())
        {
            Core.Guard(static target => target.OnLoopEnd(), target);
        }
    }

    private protected override void CloseKernelSide()
    {
        _ring.Dispose();
        _short.Dispose();
        _long.Dispose();
    }

    private unsafe void Poll(ulong key, int descriptor, PollEvents interest, uint flags)
    {
        var entry = _ring.NextEntry();
        entry->Operation = SubmissionEntry.OperationPollAdd;
        entry->Descriptor = descriptor;
        entry->Length = flags;
        entry->OperationFlags = (uint)interest;
        entry->UserData = key;
    }

    private void Reap()
    {
        while (_ring.TryTake(out var completion))
        {
            switch (completion.UserData)
            {
                case RequestKey.Nobody:
                    break;
                case RequestKey.WakeUp:
                    _isWakeUpPolled = completion.GoesOn;
                    break;
                default:
                    if (RequestKey.OperationOf(completion.UserData) == RingOperation.Send)
                    {
                        _sendsUnderWay--;
                    }

                    if (Targets.Find(RequestKey.TargetOf(completion.UserData)) is { } target)
                    {
                        target.OnCompleted(RequestKey.OperationOf(completion.UserData), completion);
                    }
                    else if (completion.HasBuffer)
                    {
                        BuffersOf(completion.Buffer).GiveBack(completion.Buffer);
                    }

                    break;
            }
        }

        _short.Publish();
        _long.Publish();
    }

    private ReceiveBuffers BuffersOf(int id) => id < BufferGroup.Long.FirstId ? _short : _long;

    private void QueueReceives()
    {
        foreach (var connection in _receivers)
        {
            connection.ReceiveQueued(this);
        }

        _receivers.Clear();
    }

    private void WatchPeers()
    {
        (_unwatched, _watching) = (_watching, _unwatched);
        foreach (var connection in _watching)
        {
            connection.WatchPeer(this);
        }

        _watching.Clear();
    }
}
