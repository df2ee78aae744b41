namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>What a driver has learnt from what came back since its last step.</summary>
internal interface IDriverView
{
    /// <summary>The transaction status of the last ReadyForQuery.</summary>
    char Status { get; }

    /// <summary>Whether an error came.</summary>
    bool HasFailed { get; }

    /// <summary>Whether a portal was suspended.</summary>
    bool IsSuspended { get; }

    /// <summary>Whether the server asks for the data of a COPY.</summary>
    bool IsInCopy { get; }
}
