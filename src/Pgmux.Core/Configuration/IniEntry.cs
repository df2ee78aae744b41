namespace Pgmux.Core.Configuration;

/// <summary>What one step of reading an ini file found.</summary>
/// <param name="Section">The section it stands in, or that begins here.</param>
/// <param name="Key">The key; null where a section begins.</param>
/// <param name="Value">The rest of the line behind the equals sign.</param>
/// <param name="Location">Where it stands.</param>
internal sealed record IniEntry(string Section, string? Key, string Value, SourceLocation Location);
