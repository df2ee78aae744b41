namespace Pgmux.Transport;

/// <summary>Buffers of one size that a loop has.</summary>
/// <param name="BlockBytes">The size.</param>
/// <param name="Used">Those that hold bytes, or that the kernel may receive into.</param>
/// <param name="Free">Those that are kept for the next use.</param>
public readonly record struct BufferUse(int BlockBytes, int Used, int Free);
