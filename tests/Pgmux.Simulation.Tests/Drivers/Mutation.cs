namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>Bytes that break the protocol.</summary>
/// <param name="Name">What is wrong with them.</param>
/// <param name="Bytes">The bytes.</param>
/// <param name="Closes">Whether the client closes behind them.</param>
internal readonly record struct Mutation(string Name, byte[] Bytes, bool Closes = false);
