using Pgmux.Core.Admin;
using Pgmux.Core.Clients;
using Pgmux.Transport;

namespace Pgmux.Core.Hosting;

/// <summary>Lets a command of a client wait by the sweep of its loop, three times a second, without holding a thread or a timer.</summary>
internal sealed class ConsoleWaiter(ClientConnection client) : IConsoleWaiter
{
    // The session has nothing to read while its command runs, so it is the connection that tells that the client has gone.
    private bool HasLeft => client.State == ClientState.Closed || client.Transport.PeerState != PeerState.Open;

    /// <inheritdoc/>
    public async ValueTask<ConsoleWaitEnd> WaitAsync(Func<bool> isSo)
    {
        client.IsCancelRequested = false;
        using var sweep = client.Loop.AddSweep(() =>
        {
            if (HasLeft || isSo())
            {
                client.Wake();
            }
        });
        while (!isSo())
        {
            if (HasLeft)
            {
                return ConsoleWaitEnd.Left;
            }

            if (client.IsCancelRequested)
            {
                return ConsoleWaitEnd.Cancelled;
            }

            await client.WaitAsync();
            client.EndWait();
        }

        return ConsoleWaitEnd.Done;
    }
}
