namespace Pgmux.Core.Configuration;

/// <summary>
/// A line of a configuration file. A class, because collections of a value type of ours are compiled at run time, when everybody waits
/// for the start; the runtime brings those of classes along compiled.
/// </summary>
internal sealed record SourceLocation(string File, int Line)
{
    /// <summary>No line of any file.</summary>
    public static readonly SourceLocation Nowhere = new("", 0);

    /// <summary>A fault about this line.</summary>
    public ConfigFault Fault(string message) => new(File, Line, message);
}
