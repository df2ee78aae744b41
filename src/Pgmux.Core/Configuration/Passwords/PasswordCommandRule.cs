namespace Pgmux.Core.Configuration.Passwords;

/// <summary>A password command must say whose password it prints, and gets no text that only a client has given.</summary>
internal sealed class PasswordCommandRule : IOptionsRule
{
    /// <inheritdoc/>
    public void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        if (snapshot.Options.PasswordCommand is { } common)
        {
            CheckProgram(common, snapshot.LocationOf("password_command"), warnings);
        }

        foreach (var database in snapshot.AllDatabases())
        {
            if (database.PasswordCommand is { } command)
            {
                CheckLine(database, command, faults);
                CheckProgram(command, database.Location, warnings);
            }

            if (database is { Name: DatabaseOptions.FallbackName, DatabaseName: null }
                && PasswordSource.For(snapshot, database) is { Command.NamesDatabase: true } source)
            {
                faults.Add(source.Location.Fault(
                    "password_command has %d, but database * takes its name from clients, whose text is handed to no program; give * a dbname or leave %d out"));
            }
        }
    }

    private static void CheckLine(DatabaseOptions database, PasswordCommand command, ICollection<ConfigFault> faults)
    {
        if (database.Password is not null)
        {
            faults.Add(database.Location.Fault($"database {database.Name} has password and password_command; leave one of them out"));
        }
        else if (!command.NamesUser && database.User is null)
        {
            faults.Add(database.Location.Fault(
                $"password_command of database {database.Name} would print the same password for every user; add user= to the line or %u to the command"));
        }
    }

    private static void CheckProgram(PasswordCommand command, SourceLocation location, ICollection<ConfigFault> warnings)
    {
        // It may be installed later, or be there for the user only that pgmux becomes.
        if (!File.Exists(command.Program))
        {
            warnings.Add(location.Fault($"the program {command.Program} of password_command is not there"));
        }
    }
}
