using Pgmux.Core.Hosting;
using Pgmux.Transport.Buffers;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>A mistake that a multiplexer might make, put in place of a part that is right: the simulation must see it.</summary>
/// <param name="Name">What it does wrong.</param>
/// <param name="Parts">The parts with the mistake in one of them.</param>
internal sealed record DeliberateBug(string Name, MultiplexerParts Parts)
{
    /// <summary>Makes the buffers of each loop, when the mistake is there.</summary>
    public Func<BufferPool>? CreateBuffers { get; init; }

    public override string ToString() => Name;
}
