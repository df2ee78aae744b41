namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>A condition of the release rule.</summary>
internal enum ReleaseCondition
{
    Idle,
    NothingOwed,
    WholeRequest,
    NoCancel,
}
