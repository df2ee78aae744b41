namespace Pgmux.Benchmarks.Throughput;

/// <summary>How many bytes one operation of a benchmark carries from one end to the other.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BytesPerOperationAttribute(long bytes) : Attribute
{
    public long Bytes { get; } = bytes;
}
