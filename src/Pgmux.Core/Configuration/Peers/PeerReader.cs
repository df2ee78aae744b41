using System.Globalization;

namespace Pgmux.Core.Configuration.Peers;

/// <summary>Reads the lines of [peers].</summary>
/// <param name="faults">Where faults go.</param>
internal sealed class PeerReader(ICollection<ConfigFault> faults)
{
    private readonly EntryReader<PeerOptions> _reader = new("peer", PeerKeys.All, faults);

    /// <summary>Reads one line; null when something was wrong with it.</summary>
    public PeerOptions? Read(IniEntry line, string key)
    {
        // Digits only, as strtonum takes them.
        if (!int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id is < 1 or > PeerOptions.MostId)
        {
            faults.Add(line.Location.Fault($"peer {key}: the key must be the peer_id of a process, from 1 to {PeerOptions.MostId}"));
            return null;
        }

        if (!_reader.TryRead(line, new PeerOptions { Id = id, Location = line.Location }, out var peer))
        {
            return null;
        }

        if (peer.Host.Length == 0)
        {
            faults.Add(line.Location.Fault($"peer {key}: host is missing; it says where the process with this peer_id listens"));
            return null;
        }

        return peer;
    }
}
