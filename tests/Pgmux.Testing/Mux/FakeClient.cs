using System.Buffers.Binary;
using System.Net;
using System.Text;
using Pgmux.Testing.FakePostgres;
using Pgmux.Testing.Processes;
using Pgmux.Testing.Transport;
using Pgmux.Transport;

namespace Pgmux.Testing.Mux;

/// <summary>A client of a <see cref="TestMux"/>: sends any bytes and keeps what comes back.</summary>
internal sealed class FakeClient
{
    private readonly SimulatedNetwork _network;
    private readonly MessageStream _input = new();
    private readonly List<RawMessage> _replies = [];
    private readonly LoopSignal _resume = new();
    private InMemoryConnection? _transport;
    private PeerOutput? _output;
    private bool _isReading = true;
    private bool _isGivenUp;

    /// <summary>A client on a connection that stands; lets everything settle.</summary>
    public FakeClient(SimulatedNetwork network, TransportConnection transport)
    {
        _network = network;
        Open(transport);
        transport.Loop.Post(_ => _ = ReadAsync(), null);
        network.RunUntilIdle();
    }

    /// <summary>A client that begins to connect, and lets nothing happen yet.</summary>
    public FakeClient(SimulatedNetwork network, SimulatedLoop loop, EndPoint address)
    {
        _network = network;
        loop.Post(_ => _ = ConnectAsync(loop, address), null);
    }

    /// <summary>Whether the connection has been made.</summary>
    public bool IsConnected => _transport is not null;

    /// <summary>What went wrong at this end: the connection could not be made, or what came was no message.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Whether everything that was written is on its way.</summary>
    public bool HasSent => _output is not { WhenThereIsRoom.IsCompleted: false };

    /// <summary>This end's address; null before the connection is made.</summary>
    public EndPoint? EndPoint => _transport?.LocalEndPoint;

    /// <summary>The beginning of a message whose rest has not come.</summary>
    public ReadOnlySpan<byte> Incomplete => _input.Unread;

    /// <summary>The parameters that were reported, the latest value of each.</summary>
    public Dictionary<string, string> Parameters { get; } = [];

    /// <summary>Process id and key of BackendKeyData, as a cancel request sends them back.</summary>
    public (int ProcessId, byte[] Key) CancelKey { get; private set; }

    /// <summary>Whether the other side has closed.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Bytes that have come.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Whether it takes what is sent to it.</summary>
    public bool IsReading
    {
        get => _isReading;
        set
        {
            SetReading(value);
            if (value)
            {
                _network.RunUntilIdle();
            }
        }
    }

    /// <summary>Messages that have come and were not taken.</summary>
    public IReadOnlyList<RawMessage> Replies => _replies;

    /// <summary>Sends bytes in one piece and lets everything settle.</summary>
    public void Send(params byte[][] messages)
    {
        Write([.. messages.SelectMany(message => message)]);
        _network.RunUntilIdle();
    }

    /// <summary>Sends bytes and lets nothing happen yet.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => _output!.Write(bytes);

    /// <summary>Takes what is sent to it from now on, or leaves it, and lets nothing happen yet.</summary>
    public void SetReading(bool isReading)
    {
        _isReading = isReading;
        if (isReading)
        {
            _resume.Set();
        }
    }

    /// <summary>Ends the connection, or the attempt to make one, and lets nothing happen yet.</summary>
    public void Leave(ConnectionEnd end)
    {
        _isGivenUp = true;
        switch (end)
        {
            case ConnectionEnd.Reset:
                _transport?.Reset();
                break;
            case ConnectionEnd.HalfClose:
                _transport?.HalfClose();
                break;
            default:
                _transport?.Close();
                break;
        }
    }

    /// <summary>The messages that have come since the last call.</summary>
    public IReadOnlyList<RawMessage> TakeReplies()
    {
        if (_replies.Count == 0)
        {
            return [];
        }

        RawMessage[] taken = [.. _replies];
        _replies.Clear();
        return taken;
    }

    /// <summary>Sends a query and gives the trace of its reply.</summary>
    public string Query(string sql)
    {
        Send(RawMessages.Query(sql));
        return Take();
    }

    /// <summary>Sends messages in one piece and gives the trace of what comes back.</summary>
    public string Ask(params byte[][] messages)
    {
        Send(messages);
        return Take();
    }

    /// <summary>
    /// What has come since the last call, in short: T, D(values), C(tag), Z(I), E(SQLSTATE message), S(name=value), t(types), and EOF at
    /// the end.
    /// </summary>
    public string Take() => string.Join(' ', TakeAll());

    /// <summary>The same, each reply by itself.</summary>
    public IReadOnlyList<string> TakeAll()
    {
        string[] trace = [.. _replies.Select(Describe), .. IsClosed ? ["EOF"] : Array.Empty<string>()];
        _replies.Clear();
        return trace;
    }

    /// <summary>Ends the sending direction.</summary>
    public void HalfClose()
    {
        Leave(ConnectionEnd.HalfClose);
        _network.RunUntilIdle();
    }

    /// <summary>Drops the connection with RST.</summary>
    public void Reset()
    {
        Leave(ConnectionEnd.Reset);
        _network.RunUntilIdle();
    }

    /// <summary>Closes without Terminate.</summary>
    public void Close()
    {
        Leave(ConnectionEnd.Close);
        _network.RunUntilIdle();
    }

    /// <summary>One reply in short.</summary>
    public static string Describe(RawMessage message)
    {
        try
        {
            return DescribeFields(message);
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException)
        {
            // A faulty server has sent it.
            return $"{message.Type}(broken)";
        }
    }

    private static string DescribeFields(RawMessage message) => message.Type switch
    {
        'Z' => $"Z({message.Status})",
        'C' => $"C({message.Tag})",
        'D' => $"D({string.Join(',', message.Columns().Select(value => value ?? "NULL"))})",
        't' when message.Body.Length > 2 => $"t({string.Join(',', message.ParameterTypes())})",
        'E' => $"E({message.SqlState} {message.Message})",
        'N' => $"N({message.Message})",
        'S' => $"S({message.Text.TrimEnd('\0').Replace('\0', '=')})",
        'A' => $"A({message.Text[4..].Split('\0')[0]})",
        _ => message.Type.ToString(),
    };

    private async Task ConnectAsync(SimulatedLoop loop, EndPoint address)
    {
        try
        {
            Open(await loop.ConnectAsync(new ConnectOptions { EndPoint = address }, CancellationToken.None));
        }
        catch (ConnectException failure)
        {
            Fault = failure;
            IsClosed = true;
            return;
        }

        if (_isGivenUp)
        {
            _transport!.Close();
        }

        await ReadAsync();
    }

    private void Open(TransportConnection transport)
    {
        _transport = (InMemoryConnection)transport;
        _output = new PeerOutput(transport);
    }

    private async Task ReadAsync()
    {
        try
        {
            while (!IsClosed)
            {
                await ReceiveAsync(_transport!);
            }
        }
        catch (Exception fault)
        {
            // Nobody awaits the reader: whoever looks at the client finds it here.
            Fault = fault;
            IsClosed = true;
        }
    }

    private async ValueTask ReceiveAsync(InMemoryConnection transport)
    {
        if (!_isReading)
        {
            await _resume.WaitAsync(transport.Loop);
            return;
        }

        var result = await transport.Input.ReadAsync();
        ReceivedBytes += result.Buffer.Length;
        foreach (var segment in result.Buffer)
        {
            _input.Append(segment.Span);
        }

        transport.Input.AdvanceTo(result.Buffer.End);
        TakeMessages();
        if (_input.IsBroken)
        {
            throw new InvalidDataException("A message of a length that cannot be");
        }

        if (result.IsCompleted)
        {
            IsClosed = true;
            transport.Close();
        }
    }

    private void TakeMessages()
    {
        while (_input.TryTake(out var message))
        {
            _replies.Add(message);
            switch (message.Type)
            {
                case 'S':
                    var pair = Encoding.UTF8.GetString(message.Body).Split('\0');
                    Parameters[pair[0]] = pair[1];
                    break;
                case 'K':
                    CancelKey = (BinaryPrimitives.ReadInt32BigEndian(message.Body), message.Body[4..]);
                    break;
            }
        }
    }
}
