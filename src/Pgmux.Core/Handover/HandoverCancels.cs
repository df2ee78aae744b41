using System.Collections.Concurrent;
using Pgmux.Core.Cancellation;
using Pgmux.Transport.Loops;

namespace Pgmux.Core.Handover;

/// <summary>
/// Cancel requests while clients are in two processes: one that finds nobody here may be for a client that is over there, and the other way
/// round. Neither asks back for what it was asked.
/// </summary>
internal sealed class HandoverCancels(HandoverChannel channel, CancelRegistry registry) : ICancelCounterpart
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<bool>> _waiting = new();
    private long _lastNumber;

    /// <inheritdoc/>
    public async ValueTask<bool> TryCancelAsync(int processId, byte[] secret)
    {
        if (_waiting.Count >= HandoverLimits.MostCancels)
        {
            return false;
        }

        var number = Interlocked.Increment(ref _lastNumber);
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[number] = answer;
        var request = HandoverMessage.Of(
            HandoverMessageKind.Cancel, new HandoverCancel(number, processId, secret), HandoverJson.Default.HandoverCancel);
        channel.Post(new HandoverParcel(request, () => Answer(number, isServed: false)));
        return await answer.Task;
    }

    /// <summary>Deals with what the other process asks or answers.</summary>
    /// <exception cref="IOException">It is neither, and nobody here has a use for it.</exception>
    public void Take(HandoverMessage message, CancelKeyMark mark)
    {
        switch (message.Kind)
        {
            case HandoverMessageKind.Cancel:
                var request = message.Content(HandoverJson.Default.HandoverCancel);
                _ = ServeAsync(request, registry.Find(mark, request.ProcessId, request.Secret));
                break;
            case HandoverMessageKind.CancelAnswer:
                var answer = message.Content(HandoverJson.Default.HandoverCancelAnswer);
                Answer(answer.Number, answer.IsServed);
                break;
            default:
                throw new IOException($"The other process has sent {message.Kind}, which this one has no use for");
        }
    }

    /// <summary>The other process has gone, and its clients with it.</summary>
    public void End()
    {
        foreach (var number in _waiting.Keys)
        {
            Answer(number, isServed: false);
        }
    }

    // The answer follows when the request can hit nothing any more.
    private async Task ServeAsync(HandoverCancel request, ICancelTarget? target)
    {
        if (target is not null)
        {
            await target.Loop.RunAsync(target.CancelAsync);
        }

        channel.Post(new HandoverParcel(HandoverMessage.Of(
            HandoverMessageKind.CancelAnswer, new HandoverCancelAnswer(request.Number, target is not null), HandoverJson.Default.HandoverCancelAnswer)));
    }

    private void Answer(long number, bool isServed)
    {
        if (_waiting.TryRemove(number, out var answer))
        {
            answer.SetResult(isServed);
        }
    }
}
