namespace Pgmux;

/// <summary>What the command line asks for.</summary>
internal sealed record CommandLine
{
    /// <summary>What to do.</summary>
    public CommandLineAction Action { get; init; } = CommandLineAction.Serve;

    /// <summary>The configuration file.</summary>
    public string ConfigFile { get; init; } = "";

    /// <summary>-u: the user to become.</summary>
    public string? User { get; init; }

    /// <summary>How often -v was given.</summary>
    public int Verbosity { get; init; }

    /// <summary>-q: nothing goes to stderr once pgmux serves.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>-d.</summary>
    public bool IsDaemon { get; init; }

    /// <summary>-R.</summary>
    public bool IsReboot { get; init; }

    /// <summary>With <see cref="CommandLineAction.Refuse"/>: why.</summary>
    public string Problem { get; init; } = "";
}
