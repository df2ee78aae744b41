namespace Pgmux.Core.Configuration;

/// <summary>auth_user can ask for users in a database that there is, and not in the console.</summary>
internal sealed class AuthQueryRule : IOptionsRule
{
    /// <inheritdoc/>
    public void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        var options = snapshot.Options;
        CheckDatabase(snapshot, options.AuthDbname, snapshot.LocationOf("auth_dbname"), faults, warnings);
        foreach (var database in snapshot.AllDatabases())
        {
            CheckDatabase(snapshot, database.AuthDatabase, database.Location, faults, warnings);
            if (database.AuthQuery is "" && !string.IsNullOrEmpty(database.AuthUser ?? options.AuthUser))
            {
                warnings.Add(database.Location.Fault($"auth_query of database {database.Name} is empty, so users that auth_file does not have cannot log in"));
            }
        }

        if (options.AuthQuery.Length == 0 && !string.IsNullOrEmpty(options.AuthUser))
        {
            warnings.Add(snapshot.LocationOf("auth_query").Fault("auth_query is empty, so users that auth_file does not have cannot log in"));
        }

        if (options.AuthType is AuthType.Any or AuthType.Pam && !string.IsNullOrEmpty(options.AuthUser))
        {
            warnings.Add(snapshot.LocationOf("auth_user").Fault($"auth_type is {AuthSettings.AuthTypes.Print(options.AuthType)}, so auth_user asks for nobody"));
        }
    }

    private static void CheckDatabase(
        ConfigSnapshot snapshot, string? name, SourceLocation location, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        if (string.IsNullOrEmpty(name))
        {
            return;
        }

        // PgBouncer's words for both.
        if (ConfigSnapshot.IsConsole(name))
        {
            faults.Add(location.Fault($"cannot use the reserved \"{name}\" database as an auth_dbname"));
        }
        else if (snapshot.FindDatabase(name) is null)
        {
            warnings.Add(location.Fault($"authentication database \"{name}\" is not configured."));
        }
    }
}
