namespace Pgmux.Core.Handover;

/// <summary>A cancel request that has reached the process that does not have the client.</summary>
/// <param name="Number">What the answer names.</param>
/// <param name="ProcessId">Process id of the request.</param>
/// <param name="Secret">Secret of the request.</param>
internal sealed record HandoverCancel(long Number, int ProcessId, byte[] Secret);
