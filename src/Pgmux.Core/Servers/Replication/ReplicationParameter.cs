namespace Pgmux.Core.Servers.Replication;

/// <summary>Reads the startup parameter <c>replication</c> as PostgreSQL does: the word <c>database</c>, or a boolean.</summary>
internal static class ReplicationParameter
{
    // A beginning of a word is enough where it is clear which one it is: PostgreSQL's parse_bool.
    private static readonly (string Word, int Shortest, ReplicationKind Kind)[] Words =
    [
        ("true", 1, ReplicationKind.Physical),
        ("yes", 1, ReplicationKind.Physical),
        ("on", 2, ReplicationKind.Physical),
        ("1", 1, ReplicationKind.Physical),
        ("false", 1, ReplicationKind.None),
        ("no", 1, ReplicationKind.None),
        ("off", 2, ReplicationKind.None),
        ("0", 1, ReplicationKind.None),
    ];

    /// <summary>What a value means; null when it means nothing.</summary>
    public static ReplicationKind? Parse(string value)
    {
        if (value == "database")
        {
            return ReplicationKind.Logical;
        }

        foreach (var (word, shortest, kind) in Words)
        {
            if (value.Length >= shortest && word.StartsWith(value, StringComparison.OrdinalIgnoreCase))
            {
                return kind;
            }
        }

        return null;
    }

    /// <summary>How the log calls it: PgBouncer's words.</summary>
    public static string Print(ReplicationKind kind) => kind switch
    {
        ReplicationKind.Physical => "yes",
        ReplicationKind.Logical => "database",
        _ => "no",
    };
}
