using Pgmux.Core.Clients;
using Pgmux.Core.Pooling;
using Pgmux.Core.Servers;
using Pgmux.Core.Servers.Hosts;

namespace Pgmux.Core.Hosting;

/// <summary>What the multiplexer is put together from; what is not said otherwise is what users get.</summary>
internal sealed record MultiplexerParts
{
    /// <summary>Parts of server connections.</summary>
    public ServerParts Servers { get; init; } = new();

    /// <summary>Who is asked about hosts; null leaves that to the configuration.</summary>
    public IHostLookup? Hosts { get; init; }

    /// <summary>Parts of pools.</summary>
    public PoolParts Pools { get; init; } = new();

    /// <summary>Parts of clients.</summary>
    public ClientParts Clients { get; init; } = new();
}
