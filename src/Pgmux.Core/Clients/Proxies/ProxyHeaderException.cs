namespace Pgmux.Core.Clients.Proxies;

/// <summary>What a proxy has sent ahead of its client's bytes is no header of the PROXY protocol. The message is for the log.</summary>
internal sealed class ProxyHeaderException(string message) : Exception(message);
