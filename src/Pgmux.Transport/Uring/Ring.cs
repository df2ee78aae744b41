using Pgmux.Transport.Native;

namespace Pgmux.Transport.Uring;

/// <summary>
/// The two queues that a loop shares with the kernel. After <see cref="Enable"/> only the thread that has called it may use them
/// (IORING_SETUP_SINGLE_ISSUER).
/// </summary>
internal sealed unsafe class Ring : IDisposable
{
    // What a busy turn queues; a fuller one is handed over in several pieces.
    private const uint SubmissionEntries = 256;

    // Completions that come while the loop works. Beyond that the kernel keeps them in a list of its own (IORING_FEAT_NODROP).
    private const uint CompletionEntries = 4096;

    private const uint NeededFeatures = UringCalls.FeatureSingleMapping | UringCalls.FeatureNoDrop | UringCalls.FeatureExtendedArgument;

    // Work of the kernel runs when the loop asks for completions, not whenever it pleases: no interrupt of the thread in between.
    private const uint SetupFlags = UringCalls.SetupSingleIssuer | UringCalls.SetupDeferTaskRun | UringCalls.SetupCooperativeTaskRun
        | UringCalls.SetupSubmitAll | UringCalls.SetupStartDisabled | UringCalls.SetupCompletionQueueSize;

    // Tries to get room in the submission queue: each one hands over what is in it.
    private const int MostTries = 1_000;

    private readonly int _descriptor;
    private readonly byte* _queues;
    private readonly nuint _queuesBytes;
    private readonly SubmissionEntry* _entries;
    private readonly uint* _submissionHead;
    private readonly uint* _submissionTail;
    private readonly uint* _completionHead;
    private readonly uint* _completionTail;
    private readonly CompletionEntry* _completions;
    private readonly uint _submissionSize;
    private readonly uint _completionMask;
    private int _enterDescriptor;
    private uint _enterFlags;
    private uint _tail;

    private Ring(int descriptor, in UringParameters parameters, byte* queues, nuint queuesBytes, byte* entries)
    {
        _descriptor = descriptor;
        _enterDescriptor = descriptor;
        _queues = queues;
        _queuesBytes = queuesBytes;
        _entries = (SubmissionEntry*)entries;
        _submissionHead = (uint*)(queues + parameters.SubmissionHeadOffset);
        _submissionTail = (uint*)(queues + parameters.SubmissionTailOffset);
        _completionHead = (uint*)(queues + parameters.CompletionHeadOffset);
        _completionTail = (uint*)(queues + parameters.CompletionTailOffset);
        _completions = (CompletionEntry*)(queues + parameters.CompletionEntriesOffset);
        _submissionSize = parameters.SubmissionEntries;
        _completionMask = parameters.CompletionEntries - 1;

        // The kernel reads entries through this array; they are used in turn, so it stays as it is.
        var places = (uint*)(queues + parameters.SubmissionArrayOffset);
        for (uint place = 0; place < _submissionSize; place++)
        {
            places[place] = place;
        }
    }

    /// <summary>The ring's descriptor.</summary>
    public int Descriptor => _descriptor;

    /// <summary>Requests that the kernel has not been told of yet.</summary>
    public uint Queued => _tail - Volatile.Read(ref *_submissionHead);

    /// <summary>Makes a ring; null with the kernel's reason when it cannot be had here.</summary>
    public static Ring? TryCreate(out Errno error)
    {
        var parameters = new UringParameters { Flags = SetupFlags, CompletionEntries = CompletionEntries };
        var descriptor = UringCalls.Setup(SubmissionEntries, &parameters);
        if (descriptor < 0)
        {
            error = ErrnoExtensions.Last();
            return null;
        }

        error = Errno.InvalidArgument;
        if ((parameters.Features & NeededFeatures) == NeededFeatures)
        {
            var bytes = Math.Max(
                parameters.SubmissionArrayOffset + (parameters.SubmissionEntries * sizeof(uint)),
                parameters.CompletionEntriesOffset + (parameters.CompletionEntries * (uint)sizeof(CompletionEntry)));
            var queues = UringCalls.Map(descriptor, bytes, UringCalls.OffsetOfQueues);
            var entries = UringCalls.Map(descriptor, parameters.SubmissionEntries * (uint)sizeof(SubmissionEntry), UringCalls.OffsetOfEntries);
            if (queues is not null && entries is not null)
            {
                error = Errno.None;
                return new Ring(descriptor, parameters, queues, bytes, entries);
            }

            error = ErrnoExtensions.Last();
        }

        _ = SocketCalls.Close(descriptor);
        return null;
    }

    /// <summary>Takes the ring into use; from now on it belongs to the calling thread.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public void Enable()
    {
        if (UringCalls.Register(_descriptor, UringCalls.RegisterEnableRings, null, 0) != 0)
        {
            throw new IOException($"Cannot enable an io_uring: {ErrnoExtensions.Last().Describe()}");
        }

        // Spares the look-up of the descriptor in each call. Without it all works the same.
        var update = new RingDescriptorUpdate { Place = RingDescriptorUpdate.AnyPlace, Descriptor = (ulong)_descriptor };
        if (UringCalls.Register(_descriptor, UringCalls.RegisterRingDescriptors, &update, 1) == 1)
        {
            _enterDescriptor = (int)update.Place;
            _enterFlags = UringCalls.EnterRegisteredRing;
        }
    }

    /// <summary>The next free entry, cleared. It is handed over with the next <see cref="Enter"/>.</summary>
    public SubmissionEntry* NextEntry()
    {
        for (var tries = 0; Queued == _submissionSize; tries++)
        {
            if (tries == MostTries)
            {
                throw new IOException("The kernel takes no more requests of an io_uring");
            }

            Submit();
        }

        var entry = _entries + (_tail & (_submissionSize - 1));
        *entry = default;
        _tail++;
        return entry;
    }

    /// <summary>Hands over what is queued and lets the kernel's own work run, without waiting.</summary>
    public void Submit() => Enter(0, TimeSpan.Zero);

    /// <summary>
    /// Hands over what is queued and waits for completions: <paramref name="minimum"/> of them, or until the time is over.
    /// </summary>
    /// <exception cref="IOException">The ring is broken.</exception>
    public void Enter(uint minimum, TimeSpan longest, uint gatherMicroseconds = 0)
    {
        Volatile.Write(ref *_submissionTail, _tail);
        var flags = UringCalls.EnterGetEvents | _enterFlags;
        int result;
        if (minimum == 0 || (longest == Timeout.InfiniteTimeSpan && gatherMicroseconds == 0))
        {
            result = UringCalls.Enter(_enterDescriptor, Queued, minimum, flags, null, 0);
        }
        else
        {
            var time = KernelTime.Of(longest);
            var wait = new UringWait
            {
                Timeout = longest == Timeout.InfiniteTimeSpan ? null : &time,
                MinimumWaitMicroseconds = gatherMicroseconds,
            };
            result = UringCalls.Enter(
                _enterDescriptor, Queued, minimum, flags | UringCalls.EnterExtendedArgument, &wait, (nuint)sizeof(UringWait));
        }

        if (result < 0)
        {
            // What has not been handed over is with the next call. Busy: the loop has to fetch completions first.
            var error = ErrnoExtensions.Last();
            if (error is not (Errno.Interrupted or Errno.TimerExpired or Errno.Busy or Errno.TryAgain))
            {
                throw new IOException($"io_uring_enter failed: {error.Describe()}");
            }
        }
    }

    /// <summary>Takes the next completion.</summary>
    public bool TryTake(out CompletionEntry completion)
    {
        var head = *_completionHead;
        if (head == Volatile.Read(ref *_completionTail))
        {
            completion = default;
            return false;
        }

        completion = _completions[head & _completionMask];
        Volatile.Write(ref *_completionHead, head + 1);
        return true;
    }

    public void Dispose()
    {
        _ = UringCalls.Unmap(_entries, _submissionSize * (uint)sizeof(SubmissionEntry));
        _ = UringCalls.Unmap(_queues, _queuesBytes);
        _ = SocketCalls.Close(_descriptor);
    }
}
