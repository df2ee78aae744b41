namespace Pgmux.Core.Configuration;

/// <summary>What PgBouncer knows and pgmux does not do yet stops the load: nothing is silently ignored.</summary>
internal sealed class ServedSettingsRule : IOptionsRule
{
    /// <inheritdoc/>
    public void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        foreach (var setting in SettingTable.All)
        {
            if (setting.Support == SettingSupport.NotYet && !setting.IsServed(snapshot.Options))
            {
                var accepted = setting.AlsoAccepted.Where(text => text.Length > 0).Prepend(setting.DefaultText)
                    .Where(text => !string.IsNullOrEmpty(text)).ToArray();
                var choice = accepted.Length == 0 ? "leave it out" : $"leave it out or write {string.Join(" or ", accepted)}";
                faults.Add(snapshot.LocationOf(setting.Name).Fault($"{setting.Name} is not built into pgmux yet; {choice}"));
            }
        }
    }
}
