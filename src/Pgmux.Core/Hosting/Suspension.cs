using Pgmux.Core.Clients;
using Pgmux.Core.Servers;
using Pgmux.Transport;

namespace Pgmux.Core.Hosting;

/// <summary>
/// SUSPEND: every connection comes to rest between two messages, with nothing in a buffer of ours, and is not read until RESUME; nobody is
/// accepted. Then sockets and what is known of their clients may go to another process. Each loop brings its own connections to rest, at
/// once and then with its sweeps: the clients first, then the servers, which work for clients until then.
/// </summary>
internal sealed class Suspension(Multiplexer multiplexer)
{
    private const int NotLookedAt = int.MaxValue;

    private readonly Lock _gate = new();
    private readonly int[] _busyClients = new int[multiplexer.Loops.Count];
    private readonly int[] _busyServers = new int[multiplexer.Loops.Count];
    private long _since;
    private volatile bool _isBegun;

    /// <summary>Whether SUSPEND holds. Any thread.</summary>
    public bool IsBegun => _isBegun;

    /// <summary>Whether every connection is at rest. Any thread.</summary>
    public bool IsComplete => _isBegun && AreAtRest(_busyClients) && AreAtRest(_busyServers);

    /// <summary>Begins; false when it holds already. Any thread.</summary>
    public bool TryBegin()
    {
        lock (_gate)
        {
            if (_isBegun)
            {
                return false;
            }

            Array.Fill(_busyClients, NotLookedAt);
            Array.Fill(_busyServers, NotLookedAt);
            _since = multiplexer.Loops[0].TimeProvider.GetTimestamp();
            _isBegun = true;
        }

        foreach (var listener in multiplexer.Listeners())
        {
            listener.Hold();
        }

        foreach (var loop in multiplexer.Loops)
        {
            loop.Post(state => Sweep((EventLoop)state!), loop);
        }

        return true;
    }

    /// <summary>Ends; false when it does not hold. Any thread.</summary>
    public bool TryEnd()
    {
        lock (_gate)
        {
            if (!_isBegun)
            {
                return false;
            }

            _isBegun = false;
        }

        foreach (var loop in multiplexer.Loops)
        {
            loop.Post(state => ReadAgain((EventLoop)state!), loop);
        }

        foreach (var listener in multiplexer.Listeners())
        {
            listener.Release();
        }

        return true;
    }

    /// <summary>Brings the connections of a loop to rest, and closes those that have had their time. On the loop.</summary>
    public void Sweep(EventLoop loop)
    {
        if (!_isBegun)
        {
            return;
        }

        var limit = multiplexer.Configuration.Current.Options.SuspendTimeout;
        var isOver = limit > TimeSpan.Zero && loop.TimeProvider.GetElapsedTime(_since) >= limit;
        Volatile.Write(ref _busyClients[loop.Index], HoldClients(loop, isOver));
        if (AreAtRest(_busyClients))
        {
            Volatile.Write(ref _busyServers[loop.Index], HoldServers(loop, isOver));
        }
    }

    private int HoldClients(EventLoop loop, bool isOver)
    {
        var busy = 0;
        foreach (var client in multiplexer.Clients.RegistryOf(loop).Clients.Where(client => !client.IsConsole && !client.Transport.IsHeld).ToArray())
        {
            if (IsAtRest(client))
            {
                client.Transport.IsHeld = true;
            }
            else if (isOver)
            {
                client.Close(ClientCloseReason.SuspendTimedOut, ClientErrors.SuspendTimedOut);
            }
            else
            {
                busy++;
            }
        }

        return busy;
    }

    private int HoldServers(EventLoop loop, bool isOver)
    {
        var busy = 0;
        foreach (var server in ServersOf(loop).Where(server => server.Transport is not { IsHeld: true }).ToArray())
        {
            if (IsAtRest(server))
            {
                server.Transport!.IsHeld = true;
            }
            else if (isOver)
            {
                // One that still connects has failed nobody.
                server.Close(server.State == ServerState.Connecting ? ServerCloseReason.Paused : ServerCloseReason.SuspendTimedOut);
            }
            else
            {
                busy++;
            }
        }

        return busy;
    }

    private void ReadAgain(EventLoop loop)
    {
        if (_isBegun)
        {
            return;
        }

        // The servers first: what they have sent meanwhile comes before what their clients ask next.
        foreach (var server in ServersOf(loop))
        {
            if (server.Transport is { } transport)
            {
                transport.IsHeld = false;
            }
        }

        foreach (var client in multiplexer.Clients.RegistryOf(loop).Clients)
        {
            client.Transport.IsHeld = false;
        }
    }

    private IEnumerable<ServerConnection> ServersOf(EventLoop loop) =>
        multiplexer.Pools.All.SelectMany(pool => pool.Servers).Where(server => server.Loop == loop && server.State != ServerState.Closed);

    private static bool IsAtRest(ClientConnection client) =>
        client.State is ClientState.Idle or ClientState.Active
        && !client.IsLeaving
        && client.Requests is { Wait: RequestWait.None, MessageBytesToCome: 0, IsAboutToForward: false }
        && client.Transport is { UnreadBytes: 0, UnsentBytes: 0 };

    private static bool IsAtRest(ServerConnection server) =>
        server.State is ServerState.Idle or ServerState.Leased
        && server is { MessageBytesToCome: 0, IsTakingReplies: false, Transport: { UnreadBytes: 0, UnsentBytes: 0 } };

    private static bool AreAtRest(int[] busy)
    {
        for (var i = 0; i < busy.Length; i++)
        {
            if (Volatile.Read(ref busy[i]) != 0)
            {
                return false;
            }
        }

        return true;
    }
}
