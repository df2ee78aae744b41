using Pgmux.Core.Clients;
using Pgmux.Protocol;

namespace Pgmux.Core.Hosting;

/// <summary>
/// Sends clients away, one after another, during a shutdown that waits for them: each at the end of its transaction, so that none loses
/// one, and no more at once than the time allows, so that they do not all come back to the next server in one moment. pgmux's own:
/// shutdown_drain_timeout.
/// </summary>
/// <param name="time">The clock of the loops.</param>
/// <param name="limit">How long it may take.</param>
/// <param name="clients">How many there are when it begins.</param>
internal sealed class ShutdownDrain(TimeProvider time, TimeSpan limit, int clients)
{
    /// <summary>The part of the time in which those go that have nothing to end; in the rest, everybody as soon as a transaction ends.</summary>
    private const double SpreadPart = 0.8;

    private readonly long _began = time.GetTimestamp();
    private int _sent;

    /// <summary>Whether everybody is to go at the next end of a transaction.</summary>
    public bool IsSpread => Elapsed >= SpreadPart;

    /// <summary>Whether the time is over: who is left loses a transaction.</summary>
    public bool IsOver => Elapsed >= 1;

    private double Elapsed => time.GetElapsedTime(_began) / limit;

    /// <summary>Sends clients of one loop away that are between two transactions, as many as may go by now. On the loop.</summary>
    public void Sweep(ClientRegistry registry)
    {
        // Backwards, because closing one moves the last, already seen, to its place.
        for (var i = registry.Clients.Count - 1; i >= 0; i--)
        {
            var client = registry.Clients[i];
            if (IsBetweenTransactions(client))
            {
                if (!TryTakeTurn())
                {
                    return;
                }

                client.Close(ClientCloseReason.ShuttingDown, ClientErrors.ShuttingDown);
            }
        }
    }

    private static bool IsBetweenTransactions(ClientConnection client) => client.State switch
    {
        ClientState.Idle => !client.MayBeHandedOver,
        ClientState.Active => client.Server is { TransactionStatus: TransactionStatus.Idle } server && server.Outstanding.IsEmpty && server.Outstanding.IsReady,
        _ => false,
    };

    // Loops share what may go by now.
    private bool TryTakeTurn()
    {
        var allowed = IsSpread ? int.MaxValue : (int)Math.Ceiling(clients * Elapsed / SpreadPart);
        if (Interlocked.Increment(ref _sent) <= allowed)
        {
            return true;
        }

        Interlocked.Decrement(ref _sent);
        return false;
    }
}
