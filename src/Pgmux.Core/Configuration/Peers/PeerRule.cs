namespace Pgmux.Core.Configuration.Peers;

/// <summary>
/// Peers need an id and a list, or a name to look for them. PgBouncer takes a file with one of the two and loses cancel requests, so that is
/// a warning; pgmux's own peers_dns goes with neither.
/// </summary>
internal sealed class PeerRule : IOptionsRule
{
    /// <inheritdoc/>
    public void Check(ConfigSnapshot snapshot, ICollection<ConfigFault> faults, ICollection<ConfigFault> warnings)
    {
        var options = snapshot.Options;
        var first = snapshot.Peers.Values.MinBy(peer => peer.Location.Line);
        if (options.PeersDns.Length > 0 && (options.PeerId > 0 || first is not null))
        {
            faults.Add(snapshot.LocationOf("peers_dns").Fault(
                "peers_dns finds the peers itself: leave out peer_id and [peers], or peers_dns where PgBouncer processes are among the peers"));
        }
        else if (options.PeerId > 0 && first is null)
        {
            warnings.Add(snapshot.LocationOf("peer_id").Fault(
                "peer_id is set and [peers] is empty: cancel requests for other processes that reach this one are lost"));
        }
        else if (options.PeerId == 0 && first is not null)
        {
            warnings.Add(first.Location.Fault("[peers] has no effect without peer_id, the id of this process"));
        }
    }
}
