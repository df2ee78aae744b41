namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>What the client itself has done to end its session.</summary>
internal enum Farewell
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Terminate: what is owed still comes, then the end.</summary>
    Terminate,

    /// <summary>FIN, RST or an end in the middle of a message: whatever has come so far was enough.</summary>
    Abrupt,
}
