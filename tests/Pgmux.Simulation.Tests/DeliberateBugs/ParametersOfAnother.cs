using Pgmux.Core.Parameters;
using Pgmux.Core.Servers;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Leaves a server with the parameters of its last client.</summary>
internal sealed class ParametersOfAnother(TrackedParameters tracked, ParameterSetCache sets) : ServerParameters(tracked, sets)
{
    public override string? Difference(ParameterSet wanted) => null;
}
