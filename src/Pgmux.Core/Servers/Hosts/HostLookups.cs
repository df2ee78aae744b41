using Pgmux.Core.Configuration;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>Whom the configuration says to ask about hosts.</summary>
internal static class HostLookups
{
    /// <summary>The system's resolver, or with resolv_conf the name servers in that file.</summary>
    public static IHostLookup For(PgmuxOptions options) => options.ResolvConf.Length == 0
        ? new SystemLookup()
        : new DnsLookup(options.ResolvConf, new HostsFile(HostsFile.SystemPath));
}
