using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pgmux.Transport.Sockets;

/// <summary>How a <see cref="SocketLoop"/> is set up.</summary>
public sealed record SocketLoopOptions
{
    /// <summary>Position among the loops of the process, from 0.</summary>
    public int Index { get; init; }

    /// <summary>Name of the thread; the default is <c>loop-N</c>.</summary>
    public string? Name { get; init; }

    /// <summary>The loop's clock. It must run with real time: the kernel waits by its own.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where paused listeners and unhandled exceptions are told.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    internal SocketAcceptor Acceptor { get; init; } = new();

    internal bool PoisonsBuffers { get; init; }
}
