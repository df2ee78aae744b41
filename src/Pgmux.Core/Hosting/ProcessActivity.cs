namespace Pgmux.Core.Hosting;

/// <summary>What the process has done until a moment.</summary>
/// <param name="At">When; only differences count.</param>
/// <param name="AllocatedBytes">Bytes allocated on the managed heap since the start, whatever has become of them.</param>
/// <param name="ProcessorTime">Time on the processor, user and system together.</param>
internal readonly record struct ProcessActivity(TimeSpan At, long AllocatedBytes, TimeSpan ProcessorTime);
