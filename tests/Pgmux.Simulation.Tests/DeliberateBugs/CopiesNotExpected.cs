using Pgmux.Core.Servers;
using Pgmux.Core.Statements;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Answers Parse and Close behind a COPY by itself, which the server has to see.</summary>
internal sealed class CopiesNotExpected(ServerStatements statements) : OutstandingRequests(statements)
{
    public override bool MayCopy => false;
}
