namespace Pgmux.Core.Handover;

/// <summary>The old process cannot be taken over from. The message says why and what to do.</summary>
internal sealed class HandoverException(string message, Exception? inner = null) : Exception(message, inner);
