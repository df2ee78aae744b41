namespace Pgmux.Core.Configuration;

/// <summary>What the settings auth_user, auth_query and auth_dbname say, those of a database before those of [pgbouncer].</summary>
internal static class AuthQuerySources
{
    /// <summary>
    /// Where to ask for users of a database as clients call it; null when nobody is to be asked. As in PgBouncer nobody is for a database
    /// that does not exist; for the console only where auth_dbname says so, as it has no users of its own.
    /// </summary>
    public static AuthQuerySource? AuthQueryFor(this ConfigSnapshot snapshot, string database)
    {
        var options = snapshot.Options;
        var isConsole = ConfigSnapshot.IsConsole(database);
        var entry = isConsole ? null : snapshot.FindDatabase(database);
        var user = entry?.AuthUser ?? options.AuthUser;
        var query = entry?.AuthQuery ?? options.AuthQuery;
        var asked = NullIfEmpty(entry?.AuthDatabase ?? options.AuthDbname) ?? entry?.Name;
        return (entry is null && !isConsole) || string.IsNullOrEmpty(user) || query.Length == 0 || asked is null
            ? null
            : new AuthQuerySource(user, query, asked, snapshot.PlaceOfQuery(entry));
    }

    /// <summary>Whether anybody is asked for users.</summary>
    public static bool HasAuthUser(this ConfigSnapshot snapshot) => snapshot.AuthUsers().Any();

    /// <summary>Whether this user asks for others in any database.</summary>
    public static bool IsAuthUser(this ConfigSnapshot snapshot, string user) => snapshot.AuthUsers().Contains(user);

    // Of the query; where it is the default, of the one who asks.
    private static SourceLocation PlaceOfQuery(this ConfigSnapshot snapshot, DatabaseOptions? database) =>
        database?.AuthQuery is not null ? database.Location
        : snapshot.Locations.TryGetValue("auth_query", out var location) ? location
        : database?.AuthUser is not null ? database.Location
        : snapshot.LocationOf("auth_user");

    private static IEnumerable<string> AuthUsers(this ConfigSnapshot snapshot) => snapshot.AllDatabases()
        .Select(database => database.AuthUser).Prepend(snapshot.Options.AuthUser).OfType<string>().Where(user => user.Length > 0);

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
