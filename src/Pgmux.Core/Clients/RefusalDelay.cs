using Pgmux.Transport;

namespace Pgmux.Core.Clients;

/// <summary>Keeps an answer back for a time without holding a thread or a timer: by the sweep of the loop, three times a second.</summary>
internal static class RefusalDelay
{
    /// <summary>Waits at least that long, or until the client is closed.</summary>
    public static async ValueTask WaitAsync(ClientConnection client, TimeSpan delay)
    {
        var loop = client.Loop;
        var since = loop.Timestamp;
        var isOver = new LoopSignal();
        using var sweep = loop.AddSweep(() =>
        {
            if (client.State == ClientState.Closed || loop.TimeProvider.GetElapsedTime(since, loop.Timestamp) >= delay)
            {
                isOver.Set();
            }
        });
        await isOver.WaitAsync(loop);
    }
}
