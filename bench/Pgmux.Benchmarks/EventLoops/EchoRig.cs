using System.Buffers;
using System.Net;
using Pgmux.Transport;
using Pgmux.Transport.Loops;

namespace Pgmux.Benchmarks.EventLoops;

/// <summary>
/// A connection over the loopback between two sessions as pgmux has them: one sends back what comes, the other sends and waits for it, over
/// and over. The thread that measures is asleep meanwhile.
/// </summary>
internal sealed class EchoRig
{
    private static readonly Action<object?> Start = static state => ((EchoRig)state!)._start.Set();

    private readonly EventLoop _loop;
    private readonly byte[] _message;
    private readonly LoopSignal _start = new();
    private readonly LoopGate _done = new();
    private int _rounds;
    private int _echoed;
    private Exception? _failure;

    private EchoRig(EventLoop loop, byte[] message)
    {
        _loop = loop;
        _message = message;
    }

    /// <summary>Connects a session on one loop with one on another, or on the same.</summary>
    public static EchoRig Connect(EventLoop loop, EventLoop echoLoop, byte[] message)
    {
        var rig = new EchoRig(loop, message);
        using var listener = echoLoop.Listen(
            new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, connection => _ = EchoAsync(connection));
        var options = new ConnectOptions { EndPoint = listener.EndPoint };
        loop.RunAsync(async () => rig.RunAsync(await loop.ConnectAsync(options, CancellationToken.None))).GetAwaiter().GetResult();
        return rig;
    }

    /// <summary>Sends the message so many times, each when the one before has come back.</summary>
    /// <returns>How many came back as they were.</returns>
    public int Run(int rounds)
    {
        _echoed = 0;
        _rounds = rounds;
        _loop.Post(Start, this);
        _done.Wait();
        return _failure is null ? _echoed : throw new InvalidOperationException("the session has failed", _failure);
    }

    private async void RunAsync(TransportConnection connection)
    {
        try
        {
            while (true)
            {
                await _start.WaitAsync(_loop);
                for (var round = 0; round < _rounds; round++)
                {
                    connection.Output.Write(_message);
                    await connection.Output.FlushAsync();
                    var isSame = true;
                    for (var received = 0; received < _message.Length;)
                    {
                        var result = await connection.Input.ReadAsync();
                        if (result.IsCompleted)
                        {
                            throw new IOException("the echo has ended");
                        }

                        isSame &= _message.AsSpan(received).StartsWith(result.Buffer.FirstSpan);
                        received += (int)result.Buffer.Length;
                        connection.Input.AdvanceTo(result.Buffer.End);
                    }

                    _echoed += isSame ? 1 : 0;
                }

                _done.Open();
            }
        }
        catch (Exception failure)
        {
            // Told where it is waited for; the loop goes on.
            _failure = failure;
            _done.Open();
        }
    }

    private static async Task EchoAsync(TransportConnection connection)
    {
        while (true)
        {
            var result = await connection.Input.ReadAsync();
            connection.Output.Write(result.Buffer.FirstSpan);
            connection.Input.AdvanceTo(result.Buffer.GetPosition(result.Buffer.FirstSpan.Length));
            await connection.Output.FlushAsync();
            if (result.IsCompleted)
            {
                connection.Close();
                return;
            }
        }
    }
}
