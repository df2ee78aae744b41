namespace Pgmux.Core.Configuration;

/// <summary>A password in [databases] belongs to the user of the same line; without one PgBouncer never looks at it.</summary>
internal sealed class ForcedUserRule : IOptionsRule
{
    /// <inheritdoc/>
    public void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        foreach (var database in snapshot.AllDatabases())
        {
            if (database.Password is not null && database.User is null)
            {
                warnings.Add(database.Location.Fault($"the password of database {database.Name} is not used without user="));
            }
        }
    }
}
