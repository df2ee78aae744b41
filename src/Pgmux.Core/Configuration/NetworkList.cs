using System.Net;
using Pgmux.Core.Configuration.Hba;

namespace Pgmux.Core.Configuration;

/// <summary>A setting that lists networks with commas between them, such as proxy_protocol_from.</summary>
/// <param name="text">The list as the operator wrote it.</param>
/// <param name="ranges">What it means.</param>
internal sealed class NetworkList(string text, AddressRange[] ranges) : IEquatable<NetworkList>
{
    /// <summary>No networks.</summary>
    public static readonly NetworkList Empty = new("", []);

    /// <summary>The list as the operator wrote it.</summary>
    public string Text { get; } = text;

    /// <summary>How many networks there are.</summary>
    public int Count => ranges.Length;

    /// <summary>Whether an address is in one of them.</summary>
    public bool Contains(IPAddress address)
    {
        var wanted = NetAddress.From(address);
        foreach (var range in ranges)
        {
            if (range.Contains(wanted))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public bool Equals(NetworkList? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NetworkList);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
