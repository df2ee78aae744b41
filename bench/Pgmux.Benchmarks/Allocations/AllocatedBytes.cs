namespace Pgmux.Benchmarks.Allocations;

/// <summary>What a number of operations allocated on the managed heap, on all threads of the process.</summary>
internal readonly record struct AllocatedBytes(long Bytes, long Operations)
{
    public double BytesPerOperation => (double)Bytes / Operations;
}
