using System.Net;
using Pgmux.Transport;

namespace Pgmux.Testing.Transport;

/// <summary>Makes the links of a simulated network, or fails to, as its addresses say.</summary>
internal sealed class SimulatedConnector(SimulatedNetwork network, SimulatedAddresses addresses)
{
    private int _nextLink;

    public async Task<TransportConnection> ConnectAsync(SimulatedLoop loop, ConnectOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var remote = options.EndPoint;
        await Task.Yield();
        if (addresses.FailureOf(remote) is { } failure)
        {
            if (failure == ConnectFailure.TimedOut)
            {
                await WaitAsync(loop, options.Timeout, cancellationToken);
            }

            throw Failed(failure, remote, failure.ToString());
        }

        var listener = addresses.Find(remote) ?? throw Failed(ConnectFailure.Refused, remote, "Connection refused");
        return Link(loop, listener, remote, options.Tuning);
    }

    private ConnectException Failed(ConnectFailure failure, EndPoint remote, string reason)
    {
        Record(_nextLink, TraceKind.ConnectFailed, (int)failure);
        return new ConnectException(failure, $"Cannot connect to {remote}: {reason}") { Detail = $"{remote}: {reason}" };
    }

    private InMemoryConnection Link(SimulatedLoop loop, SimulatedListener listener, EndPoint remote, SocketTuning tuning)
    {
        var link = new InMemoryLink(network, _nextLink++);
        network.Add(link);
        Record(link.Number, TraceKind.Connected, 0);
        var local = addresses.NewLocal(remote);
        var client = new InMemoryConnection(loop, link.Back, link.There, local, remote, tuning);
        var server = new InMemoryConnection(listener.Loop, link.There, link.Back, remote, local, listener.Tuning);
        var delay = addresses.AcceptDelayOf(remote);
        if (delay > TimeSpan.Zero)
        {
            listener.Loop.Core.AddDeadline(delay, _ => listener.Hand(server), null);
        }
        else
        {
            listener.Loop.Post(_ => listener.Hand(server), null);
        }

        return client;
    }

    private void Record(int link, TraceKind kind, int count) =>
        network.Trace?.Record(network.Time.GetTimestamp(), link, isBack: false, kind, count);

    private static async Task WaitAsync(SimulatedLoop loop, TimeSpan span, CancellationToken cancellationToken)
    {
        var over = new TaskCompletionSource();
        var deadline = loop.Core.AddDeadline(span, state => ((TaskCompletionSource)state!).TrySetResult(), over);
        await using var registration = cancellationToken.UnsafeRegister(
            state => ((TaskCompletionSource)state!).TrySetCanceled(cancellationToken), over);
        try
        {
            await over.Task;
        }
        finally
        {
            deadline.Cancel();
        }
    }
}
