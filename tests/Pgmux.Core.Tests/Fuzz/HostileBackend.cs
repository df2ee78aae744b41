using System.Net;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Fuzzing;
using Pgmux.Testing.Mux;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Fuzz;

/// <summary>
/// A server that says to everybody what stands in a stream, whatever it is asked. The stream goes on at <see cref="Wait"/> when more
/// has come from pgmux; at its end the server keeps silent or closes.
/// </summary>
internal sealed class HostileBackend
{
    /// <summary>A message that is not sent: here the server waits for the other side.</summary>
    public static readonly byte[] Wait = [1, 0, 0, 0, 4];

    /// <summary>Connections that are taken; those after them are refused, so that a run comes to an end.</summary>
    public const int MostConnections = 100;

    private readonly byte[][] _stream;
    private readonly bool _closes;
    private readonly TransportListener _listener;
    private readonly TestMux _mux;
    private readonly List<TransportConnection> _open = [];

    public HostileBackend(TestMux mux, int port, byte[] stream, bool closes)
    {
        _stream = [.. FrameEdits.Cut(stream, out var rest), rest];
        _closes = closes;
        _mux = mux;

        // The loop that was made last stands outside of the multiplexer.
        _listener = mux.Network.Loops[^1].Listen(new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, port) }, transport => _ = ServeAsync(transport));
    }

    /// <summary>Connections so far.</summary>
    public int Connections { get; private set; }

    /// <summary>Closes every connection: half a message that came to an idle server lies in a buffer until then.</summary>
    public void Close()
    {
        foreach (var transport in _open)
        {
            transport.Close();
        }

        _mux.Network.RunUntilIdle();
    }

    private async Task ServeAsync(TransportConnection transport)
    {
        if (++Connections == MostConnections)
        {
            _listener.Dispose();
        }

        _open.Add(transport);
        var output = new PeerOutput(transport);
        var isOpen = await TakeAsync(transport);
        foreach (var message in _stream)
        {
            if (!isOpen)
            {
                break;
            }

            if (message.AsSpan().SequenceEqual(Wait))
            {
                isOpen = await TakeAsync(transport);
            }
            else
            {
                output.Write(message);
            }
        }

        while (isOpen && !_closes)
        {
            isOpen = await TakeAsync(transport);
        }

        await output.WhenThereIsRoom;
        _open.Remove(transport);
        transport.Close();
    }

    private static async Task<bool> TakeAsync(TransportConnection transport)
    {
        var result = await transport.Input.ReadAsync();
        transport.Input.AdvanceTo(result.Buffer.End);
        return !result.IsCompleted;
    }
}
