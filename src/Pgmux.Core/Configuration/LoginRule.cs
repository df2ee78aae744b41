namespace Pgmux.Core.Configuration;

/// <summary>Somebody should be able to log in.</summary>
internal sealed class LoginRule : IOptionsRule
{
    /// <inheritdoc/>
    public void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        var options = snapshot.Options;
        if (options.AuthType == AuthType.Pam)
        {
            // PAM knows the users.
            return;
        }

        if (options.AuthType != AuthType.Any)
        {
            if (string.IsNullOrEmpty(options.AuthFile) && !snapshot.HasAuthUser() && !AsksOthers(snapshot))
            {
                warnings.Add(snapshot.LocationOf("auth_type").Fault("neither auth_file nor auth_user is set, so no client can log in"));
            }

            return;
        }

        foreach (var database in snapshot.AllDatabases())
        {
            if (database.User is null)
            {
                warnings.Add(database.Location.Fault(
                    $"auth_type is any, and database {database.Name} has no user= to log in to the server with"));
            }
        }
    }

    // Whoever the directory or PAM knows needs no line in auth_file.
    private static bool AsksOthers(ConfigSnapshot snapshot) =>
        snapshot.Options.AuthType == AuthType.Ldap || snapshot.Hba.All.Any(rule => rule.Method is AuthType.Ldap or AuthType.Pam);
}
