using Pgmux.Core.Configuration;

namespace Pgmux.Core.Admin;

/// <summary>Who may use the console.</summary>
internal static class ConsoleAccess
{
    /// <summary>The user that needs no password over the Unix socket when the peer runs under pgmux's own uid.</summary>
    public const string OwnUser = "pgbouncer";

    /// <summary>The rights of a user that has proved its name, or that auth_type any takes at its word.</summary>
    public static ConsoleRights RightsOf(PgmuxOptions options, string user)
        => options.AdminUsers.Contains(user) ? ConsoleRights.Administer
            : options.StatsUsers.Contains(user) ? ConsoleRights.Look
            : ConsoleRights.None;

    /// <summary>
    /// Whether a client may be let in without a password and with all rights: user pgbouncer over a Unix socket whose
    /// other end has the uid of this process.
    /// </summary>
    public static bool IsOwner(string user, uint? peerUserId, uint ownUserId) => user == OwnUser && peerUserId == ownUserId;
}
