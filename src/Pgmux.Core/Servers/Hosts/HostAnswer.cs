using System.Net;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>An answer about a host.</summary>
internal sealed record HostAnswer
{
    /// <summary>Addresses that are taken of an answer: more than any service has, and each costs a try when none works.</summary>
    public const int MostAddresses = 128;

    private HostAnswer(HostAnswerKind kind, IReadOnlyList<IPAddress> addresses, string problem)
    {
        Kind = kind;
        Addresses = addresses;
        Problem = problem;
    }

    /// <summary>What it is worth.</summary>
    public HostAnswerKind Kind { get; }

    /// <summary>The addresses in the order of the answer, each once; empty unless found.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; }

    /// <summary>Why there are none; empty when found.</summary>
    public string Problem { get; }

    /// <summary>How long the answer is good by its own word; null when it does not say, as the system's resolver never does.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>Addresses of the answer beyond <see cref="MostAddresses"/>, which are not used.</summary>
    public int LeftOut { get; init; }

    /// <summary>Whether addresses may be missing: of two questions (IPv4 and IPv6) one went without an answer, or there were too many.</summary>
    public bool IsPartial
    {
        get => field || LeftOut > 0;
        init;
    }

    /// <summary>Addresses, of which there must be one at least.</summary>
    public static HostAnswer Found(IEnumerable<IPAddress> addresses)
    {
        IPAddress[] all = [.. addresses.Distinct()];
        return new HostAnswer(HostAnswerKind.Found, all.Length > MostAddresses ? all[..MostAddresses] : all, "")
        {
            LeftOut = Math.Max(0, all.Length - MostAddresses),
        };
    }

    /// <summary>There is no such name.</summary>
    public static HostAnswer NoSuchHost(string problem) => new(HostAnswerKind.NoSuchHost, [], problem);

    /// <summary>Nobody could say.</summary>
    public static HostAnswer Failed(string problem) => new(HostAnswerKind.Failed, [], problem);
}
