using System.Net;
using System.Text;
using Pgmux.Core.Configuration;

namespace Pgmux.Core.Servers.Hosts;

/// <summary>The names that the machine itself knows: hosts(5). Read at each question, so that a change counts at once. Off the loops.</summary>
internal sealed class HostsFile(string path)
{
    /// <summary>Where the system has it.</summary>
    public const string SystemPath = "/etc/hosts";

    /// <summary>Longest file that is read. Lists that block the names of advertisers have a few MiB.</summary>
    private const long LongestBytes = 16 * 1024 * 1024;

    private static readonly char[] Blanks = [' ', '\t'];

    /// <summary>The addresses of a host in the order of the file; none when the file does not name it or cannot be read.</summary>
    public IReadOnlyList<IPAddress> Find(string host)
    {
        // A machine without the file knows no names, and that is no fault.
        if (BoundedFile.Read(path, LongestBytes, out _) is not { } bytes)
        {
            return [];
        }

        List<IPAddress> found = [];
        var wanted = host.TrimEnd('.');
        foreach (var line in Encoding.UTF8.GetString(bytes).AsSpan().EnumerateLines())
        {
            var comment = line.IndexOf('#');
            var words = (comment < 0 ? line : line[..comment]).ToString().Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
            if (words.Skip(1).Contains(wanted, StringComparer.OrdinalIgnoreCase) && IPAddress.TryParse(words[0], out var address))
            {
                found.Add(address);
            }
        }

        return found;
    }
}
