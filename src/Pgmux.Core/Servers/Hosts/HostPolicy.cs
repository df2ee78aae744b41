using Pgmux.Core.Configuration;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>How long answers about hosts are kept; swapped whole by a reload.</summary>
/// <param name="LongestAge">Longest time for which addresses are used without asking again. dns_max_ttl.</param>
/// <param name="FailureAge">Time for which a failure is believed. dns_nxdomain_ttl.</param>
/// <param name="ZoneCheckPeriod">Time between looks at the serial numbers of zones; zero is never. dns_zone_check_period.</param>
internal sealed record HostPolicy(TimeSpan LongestAge, TimeSpan FailureAge, TimeSpan ZoneCheckPeriod)
{
    /// <summary>What the configuration says.</summary>
    public static HostPolicy From(PgmuxOptions options) => new(options.DnsMaxTtl, options.DnsNxdomainTtl, options.DnsZoneCheckPeriod);

    /// <summary>How long the answer is good: by its own word, and by these limits.</summary>
    public TimeSpan AgeOf(HostAnswer answer) => answer.Kind != HostAnswerKind.Found ? FailureAge
        : answer.TimeToLive is { } own && own < LongestAge ? own
        : LongestAge;
}
