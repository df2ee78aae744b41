using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>Asks name servers by messages of the DNS, over UDP, and over TCP when an answer is cut. Off the loops; keeps no answers.</summary>
internal sealed class NameServers
{
    /// <summary>Longest answer over UDP, in bytes: what passes networks in one piece (DNS flag day 2020). Longer ones come over TCP, with 64 KiB at most.</summary>
    private const int UdpAnswerBytes = 1232;

    private readonly LookupClient _client;

    private NameServers(ResolverFile file) => _client = new LookupClient(new LookupClientOptions([.. file.Servers.Select(server => new NameServer(server))])
    {
        AutoResolveNameServers = false,
        UseCache = false,
        UseRandomNameServer = file.Rotates,
        Timeout = file.Timeout,
        Retries = file.Attempts - 1,
        ThrowDnsErrors = false,
        ContinueOnDnsError = true,
        ContinueOnEmptyResponse = false,
        ExtendedDnsBufferSize = UdpAnswerBytes,
    });

    /// <summary>The name servers of a file.</summary>
    public static NameServers For(ResolverFile file) => new(file);

    /// <summary>Asks for the addresses of a whole name, the IPv6 ones first (RFC 6724 puts them first).</summary>
    public async Task<HostAnswer> FindAddressesAsync(string name)
    {
        var four = AskAsync(name, QueryType.A);
        var six = Socket.OSSupportsIPv6 ? AskAsync(name, QueryType.AAAA) : Task.FromResult(HostAnswer.NoSuchHost("no IPv6 here"));
        var (first, second) = (await six, await four);
        if (first.Kind != HostAnswerKind.Found && second.Kind != HostAnswerKind.Found)
        {
            return first.Kind == HostAnswerKind.Failed ? first : second;
        }

        var found = new[] { first, second }.Where(answer => answer.Kind == HostAnswerKind.Found).ToArray();
        var both = HostAnswer.Found(found.SelectMany(answer => answer.Addresses));
        return both with
        {
            LeftOut = both.LeftOut + found.Sum(answer => answer.LeftOut),
            TimeToLive = found.Min(answer => answer.TimeToLive),
            IsPartial = first.Kind == HostAnswerKind.Failed || second.Kind == HostAnswerKind.Failed,
        };
    }

    /// <inheritdoc cref="IHostLookup.ReadSerialAsync"/>
    public async Task<uint?> ReadSerialAsync(string zone)
    {
        try
        {
            var response = await _client.QueryAsync(zone, QueryType.SOA);
            return response.HasError ? null : response.Answers.SoaRecords().FirstOrDefault()?.Serial;
        }
        catch (Exception failure) when (IsNoAnswer(failure))
        {
            return null;
        }
    }

    // What the library throws for a name server that is away, slow or wrong, or a name that is none. Its messages show bytes that were received,
    // so they go nowhere.
    private static bool IsNoAnswer(Exception failure) =>
        failure is DnsResponseException or DnsResponseParseException or SocketException or OperationCanceledException or ArgumentException or InvalidOperationException or IndexOutOfRangeException;

    private async Task<HostAnswer> AskAsync(string name, QueryType type)
    {
        try
        {
            var response = await _client.QueryAsync(name, type);
            return response.Header.ResponseCode switch
            {
                DnsHeaderResponseCode.NoError => Read(response.Answers),
                DnsHeaderResponseCode.NotExistentDomain => HostAnswer.NoSuchHost("no such name"),
                var code => HostAnswer.Failed($"the name servers report {code}"),
            };
        }
        catch (Exception failure) when (IsNoAnswer(failure))
        {
            return failure is ArgumentException ? HostAnswer.NoSuchHost("is not a name of the DNS") : HostAnswer.Failed("the name servers have not answered");
        }
    }

    // Names that stand for another name come first, and the whole is as good as the shortest-lived part of it.
    private static HostAnswer Read(IReadOnlyList<DnsResourceRecord> records)
    {
        var addresses = records.OfType<AddressRecord>().Select(record => record.Address).ToArray();
        return addresses.Length == 0
            ? HostAnswer.NoSuchHost("the name has no address")
            : HostAnswer.Found(addresses) with { TimeToLive = TimeSpan.FromSeconds(records.Min(record => record.InitialTimeToLive)) };
    }
}
