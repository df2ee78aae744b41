namespace Pgmux.Simulation.Tests.Invariants;

/// <summary>Something that holds after every step, whatever clients, servers and the network do.</summary>
internal interface IInvariant
{
    /// <summary>What is broken, if anything.</summary>
    IEnumerable<string> Check(MuxView view);
}
