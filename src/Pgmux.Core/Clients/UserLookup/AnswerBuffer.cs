using System.Buffers;
using System.IO.Pipelines;

namespace Pgmux.Core.Clients.UserLookup;

/// <summary>Keeps what a server answers to auth_query, up to a limit; what goes beyond it is dropped and remembered as too long.</summary>
internal sealed class AnswerBuffer : PipeWriter
{
    /// <summary>
    /// Most bytes of an answer: a secret as long as any message before a login may be (<see cref="ClientHandshake.MaximumMessageBytes"/>),
    /// and as much again for the name and the messages around it.
    /// </summary>
    public const int Limit = 2 * ClientHandshake.MaximumMessageBytes;

    private const int UsualBytes = 512;

    private readonly ArrayBufferWriter<byte> _bytes = new(UsualBytes);

    /// <summary>Whether the answer is longer than it may be.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>What has come.</summary>
    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        _bytes.Advance(bytes);
        if (_bytes.WrittenCount > Limit)
        {
            IsTooLong = true;
            Clear();
        }
    }

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

    /// <summary>Nobody is slow here: there is always room.</summary>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => new(default(FlushResult));

    /// <inheritdoc/>
    public override void CancelPendingFlush()
    {
        // None is ever pending.
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => Clear();

    /// <summary>Forgets what has come, a secret perhaps.</summary>
    public void Clear() => _bytes.Clear();
}
