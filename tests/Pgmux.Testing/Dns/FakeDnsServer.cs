using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Dns;

/// <summary>A name server on one loopback port, UDP and TCP, with the records that a test gives it.</summary>
internal sealed class FakeDnsServer : IAsyncDisposable
{
    private const int HeaderBytes = 12;
    private const ushort ReplyFlags = 0x8180;
    private const ushort TruncatedFlag = 0x0200;
    private const ushort InternetClass = 1;

    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener _tcp;
    private readonly CancellationTokenSource _end = new();
    private readonly Task[] _serving;

    public FakeDnsServer()
    {
        // None of those that the kernel gives to connections: one that is free for UDP may be in use for TCP.
        var port = FreePort.Take();
        _udp.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _tcp = new TcpListener(IPAddress.Loopback, port);
        _tcp.Start();
        _serving = [ServeUdpAsync(), ServeTcpAsync()];
    }

    /// <summary>The line of a resolv.conf that names it.</summary>
    public string Line => $"nameserver 127.0.0.1#{((IPEndPoint)_udp.LocalEndPoint!).Port}\noptions timeout:1 attempts:1\n";

    /// <summary>The records, by name without the dot at its end.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<FakeDnsRecord>> Records { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names that get an error, by its code (2 is SERVFAIL, 5 REFUSED).</summary>
    public Dictionary<string, int> Errors { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Types that are never answered.</summary>
    public HashSet<FakeDnsType> Silent { get; } = [];

    /// <summary>Names that were asked about over UDP, and over TCP behind "tcp:".</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Whether answers over UDP are cut, so that they have to be fetched over TCP.</summary>
    public bool Truncates { get; set; }

    /// <summary>What is sent in the place of answers; null for answers.</summary>
    public byte[]? Garbage { get; set; }

    public FakeDnsServer Add(string name, FakeDnsType type, string value, uint timeToLive = 60)
    {
        var record = new FakeDnsRecord(type, value, timeToLive);
        Records.AddOrUpdate(name, [record], (_, before) => [.. before, record]);
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _tcp.Stop();
        _udp.Dispose();
        await Task.WhenAll(_serving);
        _end.Dispose();
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[4096];
        while (true)
        {
            try
            {
                var from = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _end.Token);
                if (Answer(buffer.AsSpan(0, from.ReceivedBytes), isTcp: false) is { } answer)
                {
                    await _udp.SendToAsync(answer, from.RemoteEndPoint, _end.Token);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                // The test is over, or who asked has gone.
                if (_end.IsCancellationRequested)
                {
                    return;
                }
            }
        }
    }

    private async Task ServeTcpAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _tcp.AcceptTcpClientAsync(_end.Token);
                await using var stream = client.GetStream();
                var length = new byte[sizeof(ushort)];
                await stream.ReadExactlyAsync(length, _end.Token);
                var question = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(question, _end.Token);
                if (Answer(question, isTcp: true) is { } answer)
                {
                    BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.Length);
                    await stream.WriteAsync((byte[])[.. length, .. answer], _end.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private byte[]? Answer(ReadOnlySpan<byte> question, bool isTcp)
    {
        var (name, end) = ReadName(question, HeaderBytes);
        var type = (FakeDnsType)BinaryPrimitives.ReadUInt16BigEndian(question[end..]);
        var asked = question[HeaderBytes..(end + (2 * sizeof(ushort)))].ToArray();
        lock (Asked)
        {
            Asked.Add(isTcp ? $"tcp:{name}" : name);
        }

        if (Silent.Contains(type))
        {
            return null;
        }

        if (Garbage is { } garbage)
        {
            return [.. question[..sizeof(ushort)], .. garbage];
        }

        const int NoSuchName = 3;
        var known = Records.GetValueOrDefault(name);
        var code = Errors.TryGetValue(name, out var error) ? error : known is null ? NoSuchName : 0;
        var cut = Truncates && !isTcp;
        var records = code != 0 || cut ? [] : Chain(name, type).ToArray();
        var answer = new List<byte>();
        answer.AddRange(question[..sizeof(ushort)]);
        foreach (var number in new[] { ReplyFlags | (cut ? TruncatedFlag : 0) | code, 1, records.Length, 0, 0 })
        {
            Add(answer, (ushort)number);
        }

        answer.AddRange(asked);
        foreach (var (owner, record) in records)
        {
            answer.AddRange(NameBytes(owner));
            Add(answer, (ushort)record.Type);
            Add(answer, InternetClass);
            Add(answer, (ushort)(record.TimeToLive >> 16));
            Add(answer, (ushort)record.TimeToLive);
            var data = DataOf(record);
            Add(answer, (ushort)data.Length);
            answer.AddRange(data);
        }

        return [.. answer];
    }

    // A name server that resolves follows CNAME and gives the whole chain.
    private IEnumerable<(string Owner, FakeDnsRecord Record)> Chain(string name, FakeDnsType type)
    {
        foreach (var record in Records.GetValueOrDefault(name) ?? [])
        {
            if (record.Type == type)
            {
                yield return (name, record);
            }
            else if (record.Type == FakeDnsType.Alias)
            {
                yield return (name, record);
                foreach (var next in Chain(record.Value, type))
                {
                    yield return next;
                }
            }
        }
    }

    private static byte[] DataOf(FakeDnsRecord record) => record.Type switch
    {
        FakeDnsType.Alias => NameBytes(record.Value),
        FakeDnsType.Authority =>
        [
            .. NameBytes("ns.example"), .. NameBytes("root.example"), .. Number(uint.Parse(record.Value, CultureInfo.InvariantCulture)), .. Number(1), .. Number(1), .. Number(1), .. Number(1),
        ],
        _ => IPAddress.Parse(record.Value).GetAddressBytes(),
    };

    private static byte[] Number(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] NameBytes(string name) =>
        [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];

    private static (string Name, int End) ReadName(ReadOnlySpan<byte> message, int at)
    {
        var labels = new List<string>();
        for (; message[at] != 0; at += message[at] + 1)
        {
            labels.Add(Encoding.ASCII.GetString(message.Slice(at + 1, message[at])));
        }

        return (string.Join('.', labels), at + 1);
    }

    private static void Add(List<byte> bytes, ushort value)
    {
        bytes.Add((byte)(value >> 8));
        bytes.Add((byte)value);
    }
}
