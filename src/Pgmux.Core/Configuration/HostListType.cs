namespace Pgmux.Core.Configuration;

/// <summary>Hosts with commas between them.</summary>
internal sealed class HostListType : SettingType<IReadOnlyList<string>>
{
    /// <summary>More than any cluster has; a longer list is a mistake, and every entry costs a connection attempt.</summary>
    public const int MostHosts = 100;

    /// <summary>A DNS name has at most 253 characters (RFC 1035); a socket directory at most 107 bytes.</summary>
    private const int LongestHost = 253;

    /// <inheritdoc/>
    public override bool TryParse(string text, out IReadOnlyList<string> value, out string problem)
    {
        var hosts = text.Split(',', StringSplitOptions.TrimEntries);
        value = hosts;
        problem = hosts.Length > MostHosts ? $"lists {hosts.Length} hosts; at most {MostHosts} are allowed"
            : hosts.Any(host => host.Length == 0) ? "must be host names with single commas between them"
            : hosts.Any(host => host.Length > LongestHost) ? $"must not have a name longer than {LongestHost} characters"
            : hosts.Any(host => host.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))) ? "must not have blanks or control characters in a name"
            : "";
        return problem.Length == 0;
    }

    /// <inheritdoc/>
    public override string Print(IReadOnlyList<string> value) => string.Join(',', value);
}
