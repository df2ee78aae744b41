namespace Pgmux.Core.Handover;

/// <summary>What became of a cancel request.</summary>
/// <param name="Number">That of the request.</param>
/// <param name="IsServed">Whether a client had the key; what it waited for has been cancelled then.</param>
internal sealed record HandoverCancelAnswer(long Number, bool IsServed);
