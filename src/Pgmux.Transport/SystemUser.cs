namespace Pgmux.Transport;

/// <summary>A user of the system.</summary>
public sealed record SystemUser(string Name, uint UserId, uint GroupId);
