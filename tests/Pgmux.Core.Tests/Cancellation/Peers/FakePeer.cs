using System.Buffers.Binary;
using System.Net;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;

namespace Pgmux.Core.Tests.Cancellation.Peers;

/// <summary>Another process among the peers: takes down the cancel requests that it is given, and closes them at once or when told.</summary>
internal sealed class FakePeer
{
    private readonly List<TransportConnection> _held = [];

    public FakePeer(SimulatedNetwork network, EndPoint endPoint) =>
        network.Loops[^1].Listen(new ListenOptions { EndPoint = endPoint }, transport => _ = ServeAsync(transport));

    /// <summary>The eight bytes or more of each request: process id and secret.</summary>
    public List<byte[]> Requests { get; } = [];

    /// <summary>Connections so far.</summary>
    public int Connections { get; private set; }

    /// <summary>Whether requests stay open until <see cref="Release"/>.</summary>
    public bool Holds { get; set; }

    /// <summary>Requests that are open.</summary>
    public int HeldCount => _held.Count;

    /// <summary>Ends the request that has been open for longest.</summary>
    public void Release()
    {
        var first = _held[0];
        _held.RemoveAt(0);
        first.Close();
    }

    private async Task ServeAsync(TransportConnection transport)
    {
        Connections++;
        var input = new MessageStream();
        while (true)
        {
            var result = await transport.Input.ReadAsync();
            foreach (var segment in result.Buffer)
            {
                input.Append(segment.Span);
            }

            transport.Input.AdvanceTo(result.Buffer.End);
            if (input.TryTakeStartup(out var code, out var body))
            {
                Assert.That(code, Is.EqualTo(RawMessages.CancelCode));
                Requests.Add(body);
                if (Holds)
                {
                    _held.Add(transport);
                    continue;
                }

                break;
            }

            if (result.IsCompleted)
            {
                _held.Remove(transport);
                break;
            }
        }

        transport.Close();
    }

    /// <summary>The eight bytes of a key that the peer with this id gave out.</summary>
    public static byte[] KeyOf(int peerId, int hops = 3, byte random = 0x5A) =>
        [random, (byte)peerId, (byte)(peerId >> 8), random, random, random, random, (byte)((random & ~3) | hops)];

    /// <summary>A request with such a key.</summary>
    public static byte[] RequestFor(params byte[] key) => RawMessages.CancelRequest(BinaryPrimitives.ReadInt32BigEndian(key), key[sizeof(int)..]);
}
