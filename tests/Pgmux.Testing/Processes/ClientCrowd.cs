using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pgmux.Testing.Processes;

/// <summary>Thousands of trusted clients as bare sockets, with next to no memory of their own.</summary>
internal sealed class ClientCrowd(EndPoint endPoint, string user, string database) : IDisposable
{
    /// <summary>Logins and queries under way at a time.</summary>
    private const int AtOnce = 100;

    private readonly List<Socket> _sockets = [];
    private readonly byte[] _startup = RawMessages.Startup(("user", user), ("database", database));

    /// <summary>Adds clients that have logged in and then say nothing.</summary>
    public async Task GrowAsync(int count)
    {
        var added = new Socket[count];
        await ForAllAsync(count, async (n, buffer) =>
        {
            var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            added[n] = socket;
            await socket.ConnectAsync(endPoint);
            await socket.SendAsync(_startup, SocketFlags.None);
            await ReadToReadyAsync(socket, buffer);
        });
        _sockets.AddRange(added);
    }

    /// <summary>Lets every client run one query; returns how many got their own answer.</summary>
    public async Task<int> QueryAllAsync()
    {
        var answered = 0;
        await ForAllAsync(_sockets.Count, async (n, buffer) =>
        {
            var nonce = $"client {n}";
            await _sockets[n].SendAsync(RawMessages.Query($"SELECT '{nonce}'"), SocketFlags.None);
            var answer = Encoding.ASCII.GetString(buffer, 0, await ReadToReadyAsync(_sockets[n], buffer));
            if (answer.Contains($"{nonce}C", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref answered);
            }
        });
        return answered;
    }

    public void Dispose()
    {
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private static async Task ForAllAsync(int count, Func<int, byte[], Task> action)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            var buffer = new byte[4096];
            for (var n = Interlocked.Increment(ref next); n < count; n = Interlocked.Increment(ref next))
            {
                await action(n, buffer);
            }
        }));
    }

    /// <summary>Reads until the bytes end with ReadyForQuery (idle); answers here are shorter than the buffer.</summary>
    private static async Task<int> ReadToReadyAsync(Socket socket, byte[] buffer)
    {
        var end = 0;
        while (end < 6 || !buffer.AsSpan(end - 6, 6).SequenceEqual("Z\0\0\0\u0005I"u8))
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(end), SocketFlags.None).AsTask().WaitAsync(WaitLimit.Default);
            end += received > 0 ? received : throw new InvalidOperationException($"closed: {Encoding.ASCII.GetString(buffer, 0, end)}");
        }

        return end;
    }
}
