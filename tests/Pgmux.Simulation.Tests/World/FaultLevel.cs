namespace Pgmux.Simulation.Tests.World;

/// <summary>How much goes wrong in a run.</summary>
internal enum FaultLevel
{
    /// <summary>Nothing: clients are patient, servers and links are sound. Every reply must be there.</summary>
    None,

    /// <summary>Clients vanish, cancel, stop reading and talk nonsense; servers and links are sound.</summary>
    Clients,

    /// <summary>Now and then a server or a link fails as well.</summary>
    Few,

    /// <summary>Something fails all the time.</summary>
    Many,
}
