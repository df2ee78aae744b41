using Pgmux.Core.Statements;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Takes a statement for prepared though its Parse failed or was skipped.</summary>
internal sealed class FailedStatementsKept : ServerStatements
{
    public override void TakeBack(Statement statement, Statement? value) => Confirm(statement, value);
}
