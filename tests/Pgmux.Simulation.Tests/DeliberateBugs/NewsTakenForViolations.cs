using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Looks at a server before it is read what that has said, and ends it for that.</summary>
internal sealed class NewsTakenForViolations(Pool pool, Lock gate) : LeaseDelivery(pool, gate)
{
    protected override bool HasNews(ServerConnection server) => false;
}
