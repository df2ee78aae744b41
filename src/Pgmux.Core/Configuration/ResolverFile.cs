using System.Globalization;
using System.Net;
using System.Text;

namespace Pgmux.Core.Configuration;

/// <summary>Which name servers are to be asked, and how: the content of a resolv.conf(5). Lines that it does not know are skipped, as there.</summary>
internal sealed record ResolverFile
{
    /// <summary>Where the system has it.</summary>
    public const string SystemPath = "/etc/resolv.conf";

    /// <summary>Name servers that are asked; resolv.conf(5) has the same limit.</summary>
    public const int MostServers = 3;

    /// <summary>Suffixes that are tried; glibc had this limit until 2.26.</summary>
    public const int MostSuffixes = 6;

    /// <summary>Without a line of its own, as in resolv.conf(5).</summary>
    public static readonly ResolverFile Empty = new();

    private const long LongestBytes = 1024 * 1024;
    private const int Port = 53;
    private const int LongestTimeoutSeconds = 30;
    private const int MostAttempts = 5;
    private const int MostDots = 15;

    private static readonly char[] Blanks = [' ', '\t'];

    /// <summary>The name servers in their order. resolv.conf(5): the machine itself where the file names none.</summary>
    public IReadOnlyList<IPEndPoint> Servers { get; init; } = [new(IPAddress.Loopback, Port)];

    /// <summary>What is appended to short names, in this order.</summary>
    public IReadOnlyList<string> Suffixes { get; init; } = [];

    /// <summary>A name with so many dots is tried as it stands first. options ndots.</summary>
    public int Dots { get; init; } = 1;

    /// <summary>How long one name server may take. options timeout; 30 s at most.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often all of them are asked. options attempts; 5 at most.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>Whether questions are spread over the name servers. options rotate.</summary>
    public bool Rotates { get; init; }

    /// <summary>The content of a file, or null and the reason.</summary>
    public static ResolverFile? Read(string path, out string problem) =>
        BoundedFile.Read(path, LongestBytes, out problem) is { } bytes ? Parse(Encoding.UTF8.GetString(bytes)) : null;

    /// <summary>The content of this text. A port may follow an address after # (1.2.3.4#5353, as in the files of dnsmasq).</summary>
    public static ResolverFile Parse(string text)
    {
        var file = Empty;
        List<IPEndPoint> servers = [];
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var words = line.ToString().Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
            switch (words.FirstOrDefault())
            {
                case "nameserver" when words.Length > 1 && TryReadServer(words[1], out var server) && servers.Count < MostServers:
                    servers.Add(server);
                    break;
                case "search" or "domain":
                    file = file with { Suffixes = [.. words.Skip(1).Select(word => word.Trim('.')).Where(word => word.Length > 0).Take(MostSuffixes)] };
                    break;
                case "options":
                    file = words.Skip(1).Aggregate(file, TakeOption);
                    break;
            }
        }

        return servers.Count > 0 ? file with { Servers = servers } : file;
    }

    /// <summary>The whole names that a name may stand for, in the order in which they are to be tried.</summary>
    public IEnumerable<string> NamesFor(string host)
    {
        if (host.EndsWith('.'))
        {
            return [host];
        }

        var longer = Suffixes.Select(suffix => $"{host}.{suffix}.");
        return host.Count(c => c == '.') >= Dots ? longer.Prepend($"{host}.") : longer.Append($"{host}.");
    }

    private static bool TryReadServer(string word, out IPEndPoint server)
    {
        var hash = word.IndexOf('#', StringComparison.Ordinal);
        var port = Port;
        var isGood = IPAddress.TryParse(hash < 0 ? word : word[..hash], out var address)
            && (hash < 0 || (int.TryParse(word.AsSpan(hash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= IPEndPoint.MaxPort));
        server = new IPEndPoint(address ?? IPAddress.None, isGood ? port : 0);
        return isGood;
    }

    private static ResolverFile TakeOption(ResolverFile file, string option)
    {
        var colon = option.IndexOf(':', StringComparison.Ordinal);
        var number = int.TryParse(option.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : -1;
        return (colon < 0 ? option : option[..colon]) switch
        {
            "ndots" when number >= 0 => file with { Dots = Math.Min(number, MostDots) },
            "timeout" when number > 0 => file with { Timeout = TimeSpan.FromSeconds(Math.Min(number, LongestTimeoutSeconds)) },
            "attempts" when number > 0 => file with { Attempts = Math.Min(number, MostAttempts) },
            "rotate" => file with { Rotates = true },
            _ => file,
        };
    }
}
