namespace Pgmux.Transport;

/// <summary>The process at the other end of a Unix socket, as the kernel names it (SO_PEERCRED).</summary>
public readonly record struct PeerCredentials(int ProcessId, uint UserId, uint GroupId);
