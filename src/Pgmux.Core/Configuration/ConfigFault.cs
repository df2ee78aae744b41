namespace Pgmux.Core.Configuration;

/// <summary>Something wrong (or worth a warning) in a configuration file, with the place where it stands.</summary>
/// <param name="File">The file as it was named, by the command line, an %include or auth_file.</param>
/// <param name="Line">The line from 1, or 0 when it is about the file as a whole.</param>
/// <param name="Message">One sentence; never contains a secret.</param>
internal sealed record ConfigFault(string File, int Line, string Message)
{
    /// <summary>The form <c>file:line: message</c> that editors can jump to.</summary>
    public override string ToString() => Line > 0 ? $"{File}:{Line}: {Message}" : $"{File}: {Message}";
}
