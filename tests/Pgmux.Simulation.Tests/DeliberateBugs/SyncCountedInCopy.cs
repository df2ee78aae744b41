using Pgmux.Core.Servers;
using Pgmux.Core.Statements;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Expects an answer to a Sync that COPY FROM STDIN ignores.</summary>
internal sealed class SyncCountedInCopy(ServerStatements statements) : OutstandingRequests(statements)
{
    protected override bool IsEatenByCopy(RequestKind kind) => false;
}
