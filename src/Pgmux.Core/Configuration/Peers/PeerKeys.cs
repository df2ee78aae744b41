namespace Pgmux.Core.Configuration.Peers;

/// <summary>The keys of an entry of [peers].</summary>
internal static class PeerKeys
{
    /// <summary>All of them.</summary>
    public static readonly EntryKey<PeerOptions>[] All =
    [
        EntryKey<PeerOptions>.Of("host", new PeerHostType(), (p, v) => p with { Host = v }),
        EntryKey<PeerOptions>.Of("port", new PortType(), (p, v) => p with { Port = v }),
        EntryKey<PeerOptions>.Count("pool_size", (p, v) => p with { PoolSize = v }),
    ];
}
