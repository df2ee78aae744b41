namespace Pgmux.Transport;

/// <summary>A listening socket could not be opened. The message names the address, the reason and what to do.</summary>
public sealed class ListenException(string message, Exception? inner = null) : IOException(message, inner);
