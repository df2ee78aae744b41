using Pgmux.Core.Statements;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>Takes statements for prepared that DISCARD ALL has dropped.</summary>
internal sealed class DiscardedStatementsKept : ServerStatements
{
    private bool _isClosing;

    public override void OnAllDropped()
    {
        if (_isClosing)
        {
            base.OnAllDropped();
        }
    }

    public override void Clear()
    {
        _isClosing = true;
        base.Clear();
    }
}
