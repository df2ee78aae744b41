using System.Net;

namespace Pgmux.Transport;

/// <summary>A listening socket of a loop. Disposing closes it and removes the file of a Unix socket; accepted connections live on.</summary>
public abstract class TransportListener : IDisposable
{
    /// <summary>The bound address, with the port that the kernel chose when 0 was asked for.</summary>
    public abstract EndPoint EndPoint { get; }

    /// <inheritdoc/>
    public abstract void Dispose();
}
