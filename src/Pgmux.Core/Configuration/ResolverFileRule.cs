namespace Pgmux.Core.Configuration;

/// <summary>A file of name servers must be there to be read: names would be looked up elsewhere than the operator thinks.</summary>
internal sealed class ResolverFileRule : IOptionsRule
{
    /// <inheritdoc/>
    public void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        var path = snapshot.Options.ResolvConf;
        if (path.Length > 0 && ResolverFile.Read(path, out var problem) is null)
        {
            faults.Add(snapshot.LocationOf("resolv_conf").Fault(
                $"resolv_conf: {path} {problem}; name a file as resolv.conf(5) describes it, or leave the setting empty for the system's resolver"));
        }
    }
}
