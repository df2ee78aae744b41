using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Pgmux.Testing.Processes;

/// <summary>A client made of a bare socket: sends any bytes, reads message by message, closes politely or not.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly Socket _socket;
    private byte[] _buffer = new byte[8192];
    private int _start;
    private int _end;

    private RawClient(Socket socket) => _socket = socket;

    /// <summary>The parameters that the login reported.</summary>
    public Dictionary<string, string> Parameters { get; } = [];

    /// <summary>Process id and key of BackendKeyData, as a cancel request sends them back.</summary>
    public (int ProcessId, byte[] Key) CancelKey { get; private set; }

    /// <summary>How long it waits for bytes before it gives up.</summary>
    public TimeSpan Patience { get; set; } = WaitLimit.Default;

    /// <summary>The other side has reset the connection instead of closing it.</summary>
    public bool WasReset { get; private set; }

    public static async Task<RawClient> ConnectAsync(EndPoint endPoint, EndPoint? from = null)
    {
        var protocol = endPoint is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            if (protocol == ProtocolType.Tcp)
            {
                socket.NoDelay = true;
            }

            if (from is not null)
            {
                socket.Bind(from);
            }

            await socket.ConnectAsync(endPoint);
            return new RawClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects and logs in, trusted or with a password in clear text.</summary>
    public static async Task<RawClient> LoginAsync(
        EndPoint endPoint, string user, string database, string password = "", params (string Key, string Value)[] parameters)
    {
        var client = await ConnectAsync(endPoint);
        try
        {
            await client.SendAsync(RawMessages.Startup([("user", user), ("database", database), .. parameters]));
            await client.FinishLoginAsync(password);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads the answers of a login up to ReadyForQuery.</summary>
    public async Task FinishLoginAsync(string password = "")
    {
        while (true)
        {
            var message = await ReadAsync() ?? throw new InvalidOperationException("closed during the login");
            switch (message.Type)
            {
                case 'R' when BinaryPrimitives.ReadInt32BigEndian(message.Body) == 3:
                    await SendAsync(RawMessages.Password(password));
                    break;
                case 'S':
                    var pair = message.Text.Split('\0');
                    Parameters[pair[0]] = pair[1];
                    break;
                case 'K':
                    CancelKey = (BinaryPrimitives.ReadInt32BigEndian(message.Body), message.Body[4..]);
                    break;
                case 'E':
                    throw new InvalidOperationException($"login refused: {message}");
                case 'Z':
                    return;
                default:
                    break;
            }
        }
    }

    public async Task SendAsync(params byte[][] messages)
    {
        using var deadline = new CancellationTokenSource(WaitLimit.Default);
        foreach (var message in messages.Length == 1 ? messages : [[.. messages.SelectMany(bytes => bytes)]])
        {
            for (var rest = message.AsMemory(); !rest.IsEmpty;)
            {
                rest = rest[await _socket.SendAsync(rest, SocketFlags.None, deadline.Token)..];
            }
        }
    }

    /// <summary>Sends to a peer that may hang up meanwhile; what it said then is still to be read.</summary>
    public async Task TrySendAsync(byte[] bytes)
    {
        try
        {
            await SendAsync(bytes);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            WasReset = true;
        }
    }

    /// <summary>The next message, or null at the end of the stream.</summary>
    public async Task<RawMessage?> ReadAsync()
    {
        if (!await FillAsync(5))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start + 1));
        if (!await FillAsync(length + 1))
        {
            throw new InvalidOperationException($"the stream ended inside a message of type {(char)_buffer[_start]}");
        }

        var message = new RawMessage((char)_buffer[_start], _buffer[(_start + 5)..(_start + 1 + length)]);
        _start += length + 1;
        return message;
    }

    /// <summary>One byte, as the answer to SSLRequest is one; null at the end of the stream.</summary>
    public async Task<char?> ReadByteAsync() => await FillAsync(1) ? (char)_buffer[_start++] : null;

    /// <summary>All messages up to and with ReadyForQuery.</summary>
    public async Task<IReadOnlyList<RawMessage>> ReadToReadyAsync() => await ReadThroughAsync('Z');

    /// <summary>All messages up to and with the first of a type.</summary>
    public async Task<IReadOnlyList<RawMessage>> ReadThroughAsync(char type)
    {
        var messages = new List<RawMessage>();
        do
        {
            messages.Add(await ReadAsync() ?? throw new InvalidOperationException($"closed before {type} came, after {string.Join(' ', messages)}"));
        }
        while (messages[^1].Type != type);
        return messages;
    }

    /// <summary>All messages up to the end of the stream.</summary>
    public async Task<IReadOnlyList<RawMessage>> ReadToEndAsync()
    {
        var messages = new List<RawMessage>();
        while (await ReadAsync() is { } message)
        {
            messages.Add(message);
        }

        return messages;
    }

    /// <summary>Sends a query and reads its answer.</summary>
    public async Task<IReadOnlyList<RawMessage>> QueryAsync(string sql)
    {
        await SendAsync(RawMessages.Query(sql));
        return await ReadToReadyAsync();
    }

    /// <summary>The only value of a query.</summary>
    public async Task<string?> ScalarAsync(string sql)
    {
        var messages = await QueryAsync(sql);
        var row = messages.FirstOrDefault(message => message.Type == 'D')
            ?? throw new InvalidOperationException($"no row for {sql}: {string.Join(' ', messages)}");
        return row.Columns()[0];
    }

    /// <summary>Ends the sending direction; what is owed may still arrive.</summary>
    public void CloseSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Drops the connection with RST.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> FillAsync(int needed)
    {
        if (_start > 0 && (_start == _end || _start + needed > _buffer.Length))
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (needed > _buffer.Length)
        {
            Array.Resize(ref _buffer, needed);
        }

        using var deadline = new CancellationTokenSource(Patience);
        while (_end - _start < needed)
        {
            int received;
            try
            {
                received = await _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, deadline.Token);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
                WasReset = true;
                return false;
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"nothing came for {Patience.TotalSeconds} s");
            }

            if (received == 0)
            {
                return false;
            }

            _end += received;
        }

        return true;
    }
}
