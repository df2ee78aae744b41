namespace Pgmux.Transport.Tests.Contract;

/// <summary>Both ends of a connection.</summary>
public sealed record ConnectionPair(TransportConnection Client, TransportConnection Server);
