namespace Pgmux.Core.Admin;

/// <summary>A row of SHOW USERS.</summary>
/// <param name="Name">The user.</param>
/// <param name="CurrentConnections">Servers that it holds.</param>
/// <param name="CurrentClientConnections">Clients of that name.</param>
internal sealed record UserRow(string Name, int CurrentConnections, int CurrentClientConnections);
