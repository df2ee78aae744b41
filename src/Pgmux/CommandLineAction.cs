namespace Pgmux;

/// <summary>What the process is to do.</summary>
internal enum CommandLineAction
{
    /// <summary>Serve clients until it is told to stop.</summary>
    Serve,

    /// <summary>Read the configuration, say what would happen, and exit.</summary>
    Check,

    /// <summary>Print the version and exit.</summary>
    ShowVersion,

    /// <summary>Print how to call it and exit.</summary>
    ShowHelp,

    /// <summary>The command line makes no sense; say why and exit.</summary>
    Refuse,
}
