namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>As whom a client logs in.</summary>
/// <param name="User">The user.</param>
/// <param name="Database">The database.</param>
/// <param name="Password">What it answers when it is asked for a password.</param>
internal sealed record ClientIdentity(string User = "alice", string Database = "db", string Password = "secret-a");
