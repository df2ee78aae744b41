namespace Pgmux.Core.Configuration;

/// <summary>A line of a configuration file.</summary>
internal readonly record struct SourceLocation(string File, int Line)
{
    /// <summary>A fault about this line.</summary>
    public ConfigFault Fault(string message) => new(File, Line, message);
}
