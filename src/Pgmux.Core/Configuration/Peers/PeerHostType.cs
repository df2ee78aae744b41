namespace Pgmux.Core.Configuration.Peers;

/// <summary>Where a peer is: one host, as a peer is one process.</summary>
internal sealed class PeerHostType : SettingType<string>
{
    private static readonly HostListType Lists = new();

    /// <inheritdoc/>
    public override bool TryParse(string text, out string value, out string problem)
    {
        value = text.Trim();
        if (!Lists.TryParse(text, out var hosts, out problem))
        {
            return false;
        }

        problem = hosts.Count == 1 ? "" : "must be one host: a peer is one process";
        return hosts.Count == 1;
    }

    /// <inheritdoc/>
    public override string Print(string value) => value;
}
