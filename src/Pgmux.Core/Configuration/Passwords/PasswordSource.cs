namespace Pgmux.Core.Configuration.Passwords;

/// <summary>Where the passwords of logins to the servers of a database come from, instead of the configuration.</summary>
/// <param name="Command">What prints one. password_command.</param>
/// <param name="Lifetime">How long one is used; zero is until a login fails. password_command_ttl.</param>
/// <param name="Timeout">How long the command may take. password_command_timeout.</param>
/// <param name="Retry">Shortest time between two runs because a login has failed. server_login_retry.</param>
/// <param name="Location">Where the command stands.</param>
internal sealed record PasswordSource(PasswordCommand Command, TimeSpan Lifetime, TimeSpan Timeout, TimeSpan Retry, SourceLocation Location)
{
    /// <summary>What the configuration says of a database; null when its passwords are configured.</summary>
    public static PasswordSource? For(ConfigSnapshot snapshot, DatabaseOptions database)
    {
        var options = snapshot.Options;

        // Without %u it is the password of one user: of the one that the line names.
        if (database.Password is not null || (database.PasswordCommand ?? options.PasswordCommand) is not { } command
            || (!command.NamesUser && database.User is null))
        {
            return null;
        }

        return new PasswordSource(
            command,
            database.PasswordCommandTtl ?? options.PasswordCommandTtl,
            FirstSet(options.PasswordCommandTimeout, options.ServerConnectTimeout, PgmuxOptions.Default.ServerConnectTimeout),
            options.ServerLoginRetry,
            database.PasswordCommand is null ? snapshot.LocationOf("password_command") : database.Location);
    }

    // A program that never ends would keep its place for ever, so there always is a limit.
    private static TimeSpan FirstSet(params ReadOnlySpan<TimeSpan> limits)
    {
        foreach (var limit in limits)
        {
            if (limit > TimeSpan.Zero)
            {
                return limit;
            }
        }

        return TimeSpan.Zero;
    }
}
