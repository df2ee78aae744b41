namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>What a driver does when it has sent a step.</summary>
internal enum DriverWait
{
    /// <summary>Sends the next one.</summary>
    None,

    /// <summary>Waits until everything that it has asked for so far is answered; an impatient client does not.</summary>
    Answers,

    /// <summary>The same, because it cannot know what is legal next: whether a COPY has begun.</summary>
    Permission,
}
