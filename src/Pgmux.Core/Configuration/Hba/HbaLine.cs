namespace Pgmux.Core.Configuration.Hba;

/// <summary>A line that is more than a comment.</summary>
/// <param name="Location">Where it begins; continuation lines may follow.</param>
/// <param name="Fields">Its columns; at least one.</param>
internal sealed record HbaLine(SourceLocation Location, IReadOnlyList<HbaField> Fields);
