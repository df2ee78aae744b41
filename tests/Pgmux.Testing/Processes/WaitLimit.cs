namespace Pgmux.Testing.Processes;

/// <summary>How long the rigs wait for something that should happen at once; running out of it fails the test.</summary>
internal static class WaitLimit
{
    /// <summary>Generous, because two busy cores may start several .NET processes and PostgreSQL clusters at the same time.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(60);

    /// <summary>How often a state that announces itself by no event (a listening port) is looked at.</summary>
    public static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(20);
}
