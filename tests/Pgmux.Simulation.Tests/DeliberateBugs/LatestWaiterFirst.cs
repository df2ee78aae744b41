using Pgmux.Core.Pooling;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Serves who came last.</summary>
internal sealed class LatestWaiterFirst : WaitQueue
{
    public override void AddLast(LeaseRequest request) => AddBehind(null, request);
}
