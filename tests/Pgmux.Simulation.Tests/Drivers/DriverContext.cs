namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>What a driver is given for a session.</summary>
/// <param name="Random">Decides what is asked.</param>
/// <param name="View">What comes back.</param>
/// <param name="Work">What the session's user wants.</param>
internal sealed record DriverContext(Random Random, IDriverView View, Workload Work);
