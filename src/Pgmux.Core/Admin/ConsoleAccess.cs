using Pgmux.Core.Configuration;

namespace Pgmux.Core.Admin;

/// <summary>Who may use the console.</summary>
internal static class ConsoleAccess
{
    /// <summary>The rights of a user that has proved its name, or that auth_type any takes at its word.</summary>
    public static ConsoleRights RightsOf(PgmuxOptions options, string user)
        => options.AdminUsers.Contains(user) ? ConsoleRights.Administer
            : options.StatsUsers.Contains(user) ? ConsoleRights.Look
            : ConsoleRights.None;
}
