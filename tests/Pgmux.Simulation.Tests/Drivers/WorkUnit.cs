namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>Statements that belong together.</summary>
/// <param name="IsTransaction">Whether they stand in a transaction block.</param>
/// <param name="RollsBack">Whether that is given up at its end.</param>
/// <param name="Calls">The statements.</param>
internal sealed record WorkUnit(bool IsTransaction, bool RollsBack, IReadOnlyList<Call> Calls)
{
    /// <summary>Whether it sets run-time parameters back.</summary>
    public bool Resets { get; init; }
}
