namespace Pgmux.Core.Configuration;

/// <summary>What came of reading a configuration.</summary>
/// <param name="Snapshot">The configuration, or null when there is a fault.</param>
/// <param name="Faults">All that must be put right, in the order of files and lines.</param>
/// <param name="Warnings">What works, but probably not as meant.</param>
internal sealed record ConfigLoadResult(
    ConfigSnapshot? Snapshot,
    IReadOnlyList<ConfigFault> Faults,
    IReadOnlyList<ConfigFault> Warnings);
