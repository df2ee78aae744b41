using System.Net;

namespace Pgmux.Transport;

/// <summary>A listening socket of a loop. Disposing closes it and removes the file of a Unix socket; accepted connections live on.</summary>
public abstract class TransportListener : IDisposable
{
    /// <summary>The bound address, with the port that the kernel chose when 0 was asked for.</summary>
    public abstract EndPoint EndPoint { get; }

    /// <summary>The file descriptor of the socket; -1 when there is none.</summary>
    public virtual int Descriptor => -1;

    /// <summary>Accepts nobody until <see cref="Release"/>; who connects waits in the backlog. May be called on any thread.</summary>
    public abstract void Hold();

    /// <summary>Accepts again. May be called on any thread.</summary>
    public abstract void Release();

    /// <summary>
    /// Closes this process's descriptor only: another process listens on the same socket, to which its backlog and its file belong from now
    /// on. May be called on any thread.
    /// </summary>
    public virtual void Leave() => Dispose();

    /// <summary>Whether the socket is a Unix one whose file goes away with it.</summary>
    public virtual bool OwnsFile => false;

    /// <inheritdoc/>
    public abstract void Dispose();
}
