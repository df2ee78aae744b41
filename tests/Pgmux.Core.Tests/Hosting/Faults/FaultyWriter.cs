using System.IO.Pipelines;

namespace Pgmux.Core.Tests.Hosting.Faults;

/// <summary>A writer whose calls and waits may fail.</summary>
internal sealed class FaultyWriter(PipeWriter writer, FaultPoint? fault) : PipeWriter
{
    public override void Advance(int bytes) => writer.Advance(bytes);

    public override void CancelPendingFlush() => writer.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => writer.Complete(exception);

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        fault?.Pass("FlushAsync");
        var result = await writer.FlushAsync(cancellationToken);
        fault?.Pass("FlushAsync has flushed");
        return result;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        fault?.Pass("GetMemory");
        return writer.GetMemory(sizeHint);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        fault?.Pass("GetSpan");
        return writer.GetSpan(sizeHint);
    }
}
