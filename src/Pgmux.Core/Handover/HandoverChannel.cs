using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pgmux.Transport.Sockets;

namespace Pgmux.Core.Handover;

/// <summary>
/// The connection between the two processes of an online restart. The first messages are exchanged one by one, by blocking calls; after
/// <see cref="Run"/> a thread sends what is posted from any thread, and the caller's receives. No loop ever waits for the other process.
/// </summary>
internal sealed class HandoverChannel(DescriptorStream stream, ILogger logger) : IDisposable
{
    private readonly BlockingCollection<HandoverParcel> _outgoing = new(new ConcurrentQueue<HandoverParcel>());
    private int _underWay;

    /// <summary>Whether clients have been posted that are not sent yet.</summary>
    public bool HasClientsUnderWay => Volatile.Read(ref _underWay) > 0;

    /// <summary>Sends one message and waits until it is on its way.</summary>
    /// <exception cref="IOException">The other process has gone.</exception>
    public void Send(HandoverMessage message) => stream.Send(message.Bytes, message.Descriptors);

    /// <summary>Receives one message, within <see cref="HandoverLimits.Patience"/>.</summary>
    /// <exception cref="IOException">The other process has gone, says nothing, or says something else.</exception>
    public HandoverMessage Expect(HandoverMessageKind kind)
    {
        stream.Patience = HandoverLimits.Patience;
        if (Receive() is not { } message)
        {
            throw new IOException($"The other process has gone before it sent {kind}");
        }

        return message.Kind == kind ? message : throw new IOException($"The other process has sent {message.Kind} and not {kind}");
    }

    /// <summary>Whether there is room for one client more; <see cref="Post"/> with a descriptor has to follow, or <see cref="GiveRoomBack"/>.</summary>
    public bool TryTakeRoom()
    {
        if (Interlocked.Increment(ref _underWay) <= HandoverLimits.MostUnderWay)
        {
            return true;
        }

        GiveRoomBack();
        return false;
    }

    /// <summary>The room is not used.</summary>
    public void GiveRoomBack() => Interlocked.Decrement(ref _underWay);

    /// <summary>Has a message sent, in the order of posting. When the other process has gone it comes back.</summary>
    public void Post(HandoverParcel parcel)
    {
        if (!TryAdd(parcel))
        {
            TakeBack(parcel);
        }
    }

    /// <summary>Receives until the other process has gone, and lets the sender run beside it.</summary>
    /// <param name="received">Deals with a message; descriptors are its to close. What it throws ends the connection.</param>
    public void Run(Action<HandoverMessage> received)
    {
        stream.Patience = Timeout.InfiniteTimeSpan;
        var sender = new Thread(SendPosted) { IsBackground = true, Name = "pgmux-handover-send" };
        sender.Start();
        try
        {
            while (Receive() is { } message)
            {
                received(message);
            }
        }
        catch (Exception broken)
        {
            // Whatever it is costs the handover, not a process that serves.
            HandoverLog.Broken(logger, broken.Message);
        }
        finally
        {
            // The sender hears of it when it sends next, or finds that nothing more will come.
            stream.Shutdown();
            _outgoing.CompleteAdding();
            sender.Join();
        }
    }

    /// <summary>Ends the connection: <see cref="Run"/> returns.</summary>
    public void End() => stream.Shutdown();

    /// <inheritdoc/>
    public void Dispose()
    {
        stream.Dispose();
        _outgoing.Dispose();
    }

    private HandoverMessage? Receive() =>
        stream.Receive(HandoverLimits.MostMessageBytes, out var descriptors) is { } bytes ? HandoverMessage.Read(bytes, descriptors) : null;

    private bool TryAdd(HandoverParcel parcel)
    {
        try
        {
            return _outgoing.TryAdd(parcel);
        }
        catch (InvalidOperationException)
        {
            // No more is taken since the other process has gone.
            return false;
        }
    }

    private void SendPosted()
    {
        var isBroken = false;
        foreach (var parcel in _outgoing.GetConsumingEnumerable())
        {
            isBroken = isBroken || !TrySend(parcel);
            if (isBroken)
            {
                TakeBack(parcel);
                continue;
            }

            foreach (var descriptor in parcel.Message.Descriptors)
            {
                DescriptorStream.Close(descriptor);
                GiveRoomBack();
            }
        }
    }

    private bool TrySend(HandoverParcel parcel)
    {
        try
        {
            Send(parcel.Message);
            return true;
        }
        catch (IOException broken)
        {
            HandoverLog.Broken(logger, broken.Message);
            stream.Shutdown();
            return false;
        }
    }

    private void TakeBack(HandoverParcel parcel)
    {
        foreach (var _ in parcel.Message.Descriptors)
        {
            GiveRoomBack();
        }

        parcel.Undelivered?.Invoke();
    }
}
