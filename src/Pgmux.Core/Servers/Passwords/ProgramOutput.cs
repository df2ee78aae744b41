namespace Pgmux.Core.Servers.Passwords;

/// <summary>What a program has done.</summary>
internal sealed class ProgramOutput
{
    /// <summary>Its exit status.</summary>
    public int ExitCode { get; init; }

    /// <summary>What it has written to stdout: a secret.</summary>
    public byte[] Printed { get; init; } = [];

    /// <summary>What it has written to stderr, in part when that was much.</summary>
    public string Said { get; init; } = "";

    /// <summary>Whether it may have said more.</summary>
    public bool IsSaidCut { get; init; }

    /// <summary>Why it could not be run to its end; null when it could.</summary>
    public string? Problem { get; init; }
}
