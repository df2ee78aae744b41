namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>What a driver sends in one piece.</summary>
/// <param name="Wait">What it does then.</param>
/// <param name="Messages">The messages.</param>
internal readonly record struct DriverStep(DriverWait Wait, IReadOnlyList<byte[]> Messages);
