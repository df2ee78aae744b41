namespace Pgmux.Core.Handover;

/// <summary>What the old process says first.</summary>
internal sealed record HandoverOffer
{
    /// <summary><see cref="HandoverLimits.Format"/> of the old process.</summary>
    public required int Format { get; init; }

    /// <summary>Its version, for the log.</summary>
    public required string Version { get; init; }

    /// <summary>Its process id, for the log.</summary>
    public required int ProcessId { get; init; }

    /// <summary>What it listens on, in the order of the descriptors.</summary>
    public required IReadOnlyList<OfferedListener> Listeners { get; init; }
}
