namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>Somebody outside of pgmux who does one small thing at a time and lets nothing happen in between.</summary>
internal interface ISimulatedActor
{
    /// <summary>What was wrong so far.</summary>
    IReadOnlyList<string> Violations { get; }

    /// <summary>Whether, after <see cref="Finish"/>, it has been served or told and waits for nothing.</summary>
    bool IsSettled { get; }

    /// <summary>Does one thing.</summary>
    void Step(Random random);

    /// <summary>Takes note of what has come, and goes on with its end when it has begun to end.</summary>
    void Observe();

    /// <summary>Comes to its end in good order, as soon as it can.</summary>
    void Finish(Random random);
}
