using System.Net;
using System.Net.Sockets;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Chaos;

/// <summary>
/// A TCP proxy on the loopback that stands for a bad network: it slows, cuts up, holds, loses, closes and resets, for one connection
/// or for all, and what it does can be changed at any time.
/// </summary>
internal sealed class ChaosProxy : IAsyncDisposable
{
    private const int Backlog = 512;

    // SO_REUSEADDR: the port is listened on again while connections accepted there before still live.
    private const int SocketLevel = 1;
    private const int ReuseAddress = 2;

    private readonly Lock _gate = new();
    private readonly EndPoint _target;
    private readonly Random _random;
    private readonly HashSet<ProxyLink> _links = [];
    private readonly List<Socket> _hanging = [];
    private readonly Dictionary<FlowDirection, FlowToxics> _toxics = new()
    {
        [FlowDirection.ToServer] = FlowToxics.None,
        [FlowDirection.ToClient] = FlowToxics.None,
    };

    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;
    private volatile ProxyMode _mode = ProxyMode.Forward;
    private bool _isDisposed;
    private long _accepted;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChaosProxy(EndPoint target, int seed)
    {
        _target = target;
        _random = new Random(seed);
        Port = FreePort.Take();
    }

    public int Port { get; }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Port);

    /// <summary>How many have been accepted, whatever became of them.</summary>
    public long AcceptedCount
    {
        get
        {
            lock (_gate)
            {
                return _accepted;
            }
        }
    }

    /// <summary>The connections that live, in the order in which they came.</summary>
    public IReadOnlyList<ProxyLink> Links
    {
        get
        {
            lock (_gate)
            {
                return [.. _links.OrderBy(link => link.Number)];
            }
        }
    }

    public static ChaosProxy Start(EndPoint target, int seed)
    {
        var proxy = new ChaosProxy(target, seed);
        proxy.Listen();
        return proxy;
    }

    /// <summary>Sets what happens to all connections, those to come included.</summary>
    public void Apply(FlowDirection direction, FlowToxics toxics)
    {
        foreach (var link in SetDefault(direction, toxics))
        {
            link.Flow(direction).Apply(toxics);
        }
    }

    /// <summary>Sets what happens to connections to come; those that live stay as they are.</summary>
    public void ApplyToNew(FlowDirection direction, FlowToxics toxics) => SetDefault(direction, toxics);

    /// <summary>Takes back all harm: toxics, lost packets, the mode, and those who hang.</summary>
    public async Task HealAsync()
    {
        await SetModeAsync(ProxyMode.Forward);
        foreach (var direction in Enum.GetValues<FlowDirection>())
        {
            Apply(direction, FlowToxics.None);
        }

        foreach (var link in Links)
        {
            link.Reappear();
        }
    }

    /// <summary>Changes what happens to those who connect from now on. Who was left hanging is reset.</summary>
    public async Task SetModeAsync(ProxyMode mode)
    {
        var before = _mode;
        _mode = mode;
        if (before == ProxyMode.Hang)
        {
            ResetHanging();
        }

        if (mode == ProxyMode.Refuse)
        {
            await StopListeningAsync();
            return;
        }

        if (_listener is null)
        {
            Listen();
        }

        if (mode == ProxyMode.Vanish)
        {
            PacketFilter.DropAll(_listener!);
        }
        else if (before == ProxyMode.Vanish)
        {
            PacketFilter.Remove(_listener!);
        }
    }

    /// <summary>Waits until so many have been accepted since the start.</summary>
    public async Task WaitForAcceptedAsync(long count)
    {
        using var deadline = new CancellationTokenSource(WaitLimit.Default);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_accepted >= count)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopListeningAsync();
        lock (_gate)
        {
            _isDisposed = true;
        }

        ResetHanging();
        foreach (var link in Links)
        {
            link.Close();
            await link.Ended;
        }
    }

    private List<ProxyLink> SetDefault(FlowDirection direction, FlowToxics toxics)
    {
        lock (_gate)
        {
            _toxics[direction] = toxics;
            return [.. _links];
        }
    }

    private void Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetRawSocketOption(SocketLevel, ReuseAddress, BitConverter.GetBytes(1));
        listener.Bind(EndPoint);
        listener.Listen(Backlog);
        _listener = listener;
        _accepting = AcceptAsync(listener);
    }

    private async Task StopListeningAsync()
    {
        _listener?.Dispose();
        _listener = null;
        await _accepting;
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The listener was closed.
                return;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        switch (_mode)
        {
            case ProxyMode.Hang:
                lock (_gate)
                {
                    _hanging.Add(client);
                }

                CountAccepted();
                return;
            case ProxyMode.Reset:
                Reset(client);
                CountAccepted();
                return;
            default:
                break;
        }

        client.NoDelay = true;
        var server = new Socket(_target.AddressFamily, SocketType.Stream, _target is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            await server.ConnectAsync(_target);
            if (_target is not UnixDomainSocketEndPoint)
            {
                server.NoDelay = true;
            }
        }
        catch (SocketException)
        {
            // Nobody is behind the proxy: refused so late, it is a reset.
            server.Dispose();
            Reset(client);
            CountAccepted();
            return;
        }

        var link = AddLink(client, server);
        await link.Ended;
        lock (_gate)
        {
            _links.Remove(link);
        }
    }

    private ProxyLink AddLink(Socket client, Socket server)
    {
        lock (_gate)
        {
            var link = ProxyLink.Start(_accepted + 1, client, server, _toxics[FlowDirection.ToServer], _toxics[FlowDirection.ToClient], _random);
            if (_isDisposed)
            {
                link.Close();
            }

            _links.Add(link);
            CountAccepted();
            return link;
        }
    }

    private void CountAccepted()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _accepted++;
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    private void ResetHanging()
    {
        Socket[] hanging;
        lock (_gate)
        {
            hanging = [.. _hanging];
            _hanging.Clear();
        }

        foreach (var socket in hanging)
        {
            Reset(socket);
        }
    }

    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Dispose();
    }
}
