using Pgmux.Core.Configuration.Hba;

namespace Pgmux.Core.Configuration;

/// <summary>Networks (10.0.0.0/8, 2001:db8::/32) and single addresses with commas between them.</summary>
internal sealed class NetworkListType : SettingType<NetworkList>
{
    /// <inheritdoc/>
    public override bool TryParse(string text, out NetworkList value, out string problem)
    {
        value = NetworkList.Empty;
        problem = "";
        var ranges = new List<AddressRange>();
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var range = word.Contains('/')
                ? AddressRange.FromCidr(word)
                : NetAddress.TryParse(word, out var address) ? AddressRange.NetworkOf(address, NetAddress.IPv6Bits) : null;
            if (range is null or { HasStrayBits: true })
            {
                problem = range is null
                    ? $"must be networks as 10.0.0.0/8 or addresses, with commas between them; {word} is none"
                    : $"must be networks as 10.0.0.0/8; {word} has bits beyond its mask";
                return false;
            }

            ranges.Add(range);
        }

        value = new NetworkList(text, [.. ranges]);
        return true;
    }

    /// <inheritdoc/>
    public override string Print(NetworkList value) => value.Text;
}
