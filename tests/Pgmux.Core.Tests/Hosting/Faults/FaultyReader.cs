using System.IO.Pipelines;

namespace Pgmux.Core.Tests.Hosting.Faults;

/// <summary>A reader whose calls and waits may fail.</summary>
internal sealed class FaultyReader(PipeReader reader, FaultPoint? fault) : PipeReader
{
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        fault?.Pass("AdvanceTo");
        reader.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => reader.CancelPendingRead();

    public override void Complete(Exception? exception = null) => reader.Complete(exception);

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        fault?.Pass("ReadAsync");
        var result = await reader.ReadAsync(cancellationToken);
        fault?.Pass("ReadAsync has read");
        return result;
    }

    public override bool TryRead(out ReadResult result) => reader.TryRead(out result);
}
