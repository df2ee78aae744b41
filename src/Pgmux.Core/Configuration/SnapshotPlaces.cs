namespace Pgmux.Core.Configuration;

/// <summary>Says where in the files a rule's finding stands.</summary>
internal static class SnapshotPlaces
{
    /// <summary>The line that sets <paramref name="setting"/>, or the file as a whole when none does.</summary>
    public static SourceLocation LocationOf(this ConfigSnapshot snapshot, string setting)
        => snapshot.Locations.TryGetValue(setting, out var location) ? location : new SourceLocation(snapshot.FilePath, 0);

    /// <summary>All entries of [databases], the fallback included.</summary>
    public static IEnumerable<DatabaseOptions> AllDatabases(this ConfigSnapshot snapshot)
        => snapshot.FallbackDatabase is { } fallback ? snapshot.Databases.Values.Append(fallback) : snapshot.Databases.Values;
}
