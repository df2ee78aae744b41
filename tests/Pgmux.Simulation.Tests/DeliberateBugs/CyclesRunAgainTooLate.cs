using Pgmux.Core.Servers;
using Pgmux.Core.Statements;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Runs query cycles again of which something has been carried out.</summary>
internal sealed class CyclesRunAgainTooLate(ServerStatements statements) : OutstandingRequests(statements)
{
    public override bool IsCycleUndone => true;
}
