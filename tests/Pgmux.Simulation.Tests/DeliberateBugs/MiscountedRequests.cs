using Pgmux.Core.Servers;
using Pgmux.Core.Statements;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Forgets to count one Sync in fifteen.</summary>
internal sealed class MiscountedRequests(ServerStatements statements) : OutstandingRequests(statements)
{
    private const int Every = 15;

    private int _syncs;

    public override void Add(in OutstandingRequest request)
    {
        if (request.Kind != RequestKind.Sync || ++_syncs % Every != 0)
        {
            base.Add(request);
        }
    }
}
