using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Chaos;

/// <summary>One connection through the proxy: the socket of who connected, the socket to the target, and two directions.</summary>
internal sealed class ProxyLink
{
    private readonly Socket _client;
    private readonly Socket _server;
    private readonly int _clientPort;
    private readonly int _ownPort;
    private readonly CancellationTokenSource _stop = new();

    private ProxyLink(long number, Socket client, Socket server, FlowToxics toServer, FlowToxics toClient, Random random)
    {
        Number = number;
        _client = client;
        _server = server;
        _clientPort = ((IPEndPoint)client.RemoteEndPoint!).Port;
        _ownPort = ((IPEndPoint)client.LocalEndPoint!).Port;
        ToServer = new ProxyFlow(client, server, toServer, new Random(random.Next()));
        ToClient = new ProxyFlow(server, client, toClient, new Random(random.Next()));
        Ended = RunAsync();
    }

    /// <summary>The how many-th connection of the proxy this is.</summary>
    public long Number { get; }

    public ProxyFlow ToServer { get; }

    public ProxyFlow ToClient { get; }

    /// <summary>Completes when both sockets are closed.</summary>
    public Task Ended { get; }

    public static ProxyLink Start(long number, Socket client, Socket server, FlowToxics toServer, FlowToxics toClient, Random random) =>
        new(number, client, server, toServer, toClient, random);

    public ProxyFlow Flow(FlowDirection direction) => direction == FlowDirection.ToServer ? ToServer : ToClient;

    /// <summary>Segments with data that have come in from the sender of a direction.</summary>
    public long SegmentsReceived(FlowDirection direction)
    {
        // struct tcp_info of linux/tcp.h; tcpi_data_segs_in stands at 152.
        const int Tcp = 6;
        const int Information = 11;
        const int DataSegmentsIn = 152;
        var information = new byte[DataSegmentsIn + sizeof(uint)];
        (direction == FlowDirection.ToServer ? _client : _server).GetRawSocketOption(Tcp, Information, information);
        return BinaryPrimitives.ReadUInt32LittleEndian(information.AsSpan(DataSegmentsIn));
    }

    /// <summary>Closes both sides in good order, with whatever is under way lost.</summary>
    public void Close() => _stop.Cancel();

    /// <summary>Resets both sides.</summary>
    public void Reset()
    {
        OnBoth(socket => socket.LingerState = new LingerOption(enable: true, seconds: 0));
        _stop.Cancel();
    }

    /// <summary>
    /// Resets both sides, and waits until the kernel has told the client's socket: the reset is one packet among others, and what somebody
    /// else sends when our sockets are closed may arrive first.
    /// </summary>
    public async Task ResetUntilKnownAsync()
    {
        Reset();
        await Ended;
        await Eventually.HoldsAsync(
            () => Task.FromResult(TcpConnectionRow.Read().All(row => row.LocalPort != _clientPort || row.RemotePort != _ownPort)),
            "the reset has arrived");
    }

    /// <summary>Packets of both ends get lost from now on: nobody hears of the other any more, not even a FIN.</summary>
    public void Vanish() => OnBoth(PacketFilter.DropAll);

    /// <summary>Loses a share of the packets that arrive from both ends.</summary>
    public void LosePackets(double share) => OnBoth(socket => PacketFilter.DropShare(socket, share));

    /// <summary>Packets arrive again; TCP sends what was lost once more.</summary>
    public void Reappear() => OnBoth(PacketFilter.Remove);

    private void OnBoth(Action<Socket> action)
    {
        foreach (var socket in new[] { _client, _server })
        {
            try
            {
                action(socket);
            }
            catch (ObjectDisposedException)
            {
                // The connection has ended meanwhile.
            }
        }
    }

    private async Task RunAsync()
    {
        // Whoever is told of the link may change it before the first byte.
        await Task.Yield();
        var flows = new[] { ToServer.RunAsync(_stop.Token), ToClient.RunAsync(_stop.Token) };
        try
        {
            await foreach (var ended in Task.WhenEach(flows))
            {
                switch (await ended)
                {
                    case LimitAction.Close:
                        await _stop.CancelAsync();
                        break;
                    case LimitAction.Reset:
                        Reset();
                        break;
                    default:
                        break;
                }
            }
        }
        catch (SocketException)
        {
            // One side was reset, so the other is too: that is what a network without the proxy would have done.
            Reset();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Closed on purpose.
        }
        finally
        {
            // A socket that is disposed of under an operation closes when that has ended: later than we would say.
            await _stop.CancelAsync();
            await ((Task)Task.WhenAll(flows)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _client.Dispose();
            _server.Dispose();
        }
    }
}
