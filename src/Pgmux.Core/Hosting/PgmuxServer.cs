using System.Net;
using Microsoft.Extensions.Logging;
using Pgmux.Core.Admin;
using Pgmux.Core.Configuration;
using Pgmux.Core.Diagnostics;
using Pgmux.Core.Hosting.Restart;
using Pgmux.Transport;
using Pgmux.Transport.Loops;
using Pgmux.Transport.Sockets;
using Pgmux.Transport.Uring;

namespace Pgmux.Core.Hosting;

/// <summary>The multiplexer with real loops and real sockets: what the process runs.</summary>
internal sealed class PgmuxServer : IAsyncDisposable
{
    private readonly SocketEngine _engine;
    private readonly LoopGroup<SocketLoop> _loops;
    private readonly List<TransportListener> _tcp = [];
    private readonly List<TransportListener> _unix = [];
    private readonly ILogger _logger;

    private PgmuxServer(ConfigStore configuration, ILogger logger, uint processUserId)
    {
        _logger = logger;
        var options = configuration.Current.Options;
        _engine = ChooseEngine(options.EventEngine, logger);
        _loops = new LoopGroup<SocketLoop>(
            options.WorkerThreads,
            index => SocketLoop.Start(_engine, new SocketLoopOptions { Index = index, Name = $"pgmux-{index}", Logger = logger }));
        Multiplexer = new Multiplexer(configuration, _loops.Loops, logger, processUserId)
        {
            ListenersUnwanted = CloseClientListeners,
            ListenersTaken = LeaveListeners,
            Listeners = () => [.. _tcp, .. _unix],
        };
    }

    /// <summary>What serves.</summary>
    public Multiplexer Multiplexer { get; }

    /// <summary>Listens and serves.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="logger">Where events go.</param>
    /// <param name="processUserId">The uid whose processes may open the console over the Unix socket.</param>
    /// <param name="inherited">
    /// Descriptors of sockets that listen already; they are used instead of listen_addr and unix_socket_dir, as PgBouncer does with what
    /// systemd hands over.
    /// </param>
    /// <param name="takeover">The process that runs already and hands over its sockets; null when there is none.</param>
    /// <exception cref="ListenException">An address cannot be listened on; nothing is left running.</exception>
    /// <exception cref="UringUnavailableException">io_uring is asked for and not to be had here.</exception>
    public static async Task<PgmuxServer> StartAsync(
        ConfigStore configuration, ILogger logger, uint processUserId, IReadOnlyList<int>? inherited = null, Takeover? takeover = null)
    {
        var server = new PgmuxServer(configuration, logger, processUserId);
        try
        {
            await server.ListenAsync(configuration.Current.Options, inherited ?? [], takeover?.Listeners ?? []);
        }
        catch
        {
            if (takeover is not null)
            {
                server.LeaveListeners();
            }

            await server.DisposeAsync();
            throw;
        }

        server.Multiplexer.Start();
        var first = server._loops.Loops[0];
        first.AddSweep(new HeapTrim(first, logger).Sweep);
        var options = configuration.Current.Options;
        HostingLog.Started(logger, ProductVersion.Text, options.WorkerThreads, NameOf(server._engine), options.MaxClientConn);
        LogDescriptors(configuration.Current, logger);
        return server;
    }

    /// <summary>Begins to stop; <see cref="Multiplexer.Stopped"/> completes.</summary>
    public void Stop(ShutdownMode mode) => Multiplexer.BeginShutdown(mode);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _tcp.Concat(_unix))
        {
            listener.Dispose();
        }

        await _loops.DisposeAsync();
    }

    private static SocketEngine ChooseEngine(EventEngine wanted, ILogger logger)
    {
        switch (wanted)
        {
            case EventEngine.Epoll:
                return SocketEngine.Epoll;
            case EventEngine.IoUring:
                return SocketEngine.Uring;
            default:
                var obstacle = UringSupport.FindObstacle();
                if (obstacle is not null)
                {
                    HostingLog.EngineChosen(logger, obstacle);
                }

                return obstacle is null ? SocketEngine.Uring : SocketEngine.Epoll;
        }
    }

    private static string NameOf(SocketEngine engine) => engine == SocketEngine.Uring ? "io_uring" : "epoll";

    private static void LogDescriptors(ConfigSnapshot snapshot, ILogger logger)
    {
        var limit = DescriptorLimit.Current();
        var needed = DescriptorNeeds.Of(snapshot);
        HostingLog.DescriptorLimit(logger, limit.Soft, limit.Hard, snapshot.Options.MaxClientConn, needed);
        if (needed > limit.Soft)
        {
            HostingLog.DescriptorLimitLow(logger, needed, limit.Soft);
        }
    }

    private async Task ListenAsync(PgmuxOptions options, IReadOnlyList<int> inherited, IReadOnlyList<TakenListener> taken)
    {
        var listeners = ListenerChoice.From(inherited, taken);
        Multiplexer.HasGivenListeners = listeners.HasGiven;
        var addresses = listeners.HasGiven
            ? listeners.Given(options)

            // The Unix socket first: whoever finds the TCP port open finds the console too.
            : listeners.Own(Addresses.Unix(options) is { } unix ? [unix, .. await Addresses.TcpAsync(options)] : await Addresses.TcpAsync(options));
        foreach (var address in addresses)
        {
            (address.EndPoint is IPEndPoint ? _tcp : _unix).Add(await OpenAsync(address));
        }

        listeners.CloseUnused();
    }

    private async Task<TransportListener> OpenAsync(ListenOptions options)
    {
        var loop = _loops.Loops[0];
        var listener = await LoopQuestion<TransportListener>.AskAsync(loop, () => loop.Listen(options, Multiplexer.Accept));
        HostingLog.Listening(_logger, listener.EndPoint is IPEndPoint ? EndPointText.Join(listener.EndPoint) : $"unix:{listener.EndPoint}");
        return listener;
    }

    /// <summary>
    /// Accepts nobody any more, because another process listens on the same sockets: the one that has taken over, or the one that has not handed
    /// over after all. Their backlog is its own, and so are the files.
    /// </summary>
    public void LeaveListeners()
    {
        foreach (var listener in _tcp.Concat(_unix))
        {
            listener.Leave();
        }
    }

    // The Unix socket stays: the console goes on answering while clients are waited for.
    private void CloseClientListeners()
    {
        foreach (var listener in _tcp)
        {
            listener.Dispose();
        }
    }
}
