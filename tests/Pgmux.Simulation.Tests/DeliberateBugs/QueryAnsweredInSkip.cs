using Pgmux.Core.Servers;
using Pgmux.Core.Statements;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Expects an answer to a Query that a server skips after an error.</summary>
internal sealed class QueryAnsweredInSkip(ServerStatements statements) : OutstandingRequests(statements)
{
    protected override bool IsSkipped(RequestKind kind) => kind is not (RequestKind.Sync or RequestKind.Query);
}
