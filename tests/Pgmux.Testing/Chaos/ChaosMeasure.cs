using Pgmux.Testing.Processes;

namespace Pgmux.Testing.Chaos;

/// <summary>What pgmux holds while nothing happens.</summary>
/// <param name="ResidentBytes">Memory.</param>
/// <param name="Descriptors">All descriptors.</param>
/// <param name="OtherSockets">Sockets that are neither a client nor a server: listeners. This must never change.</param>
/// <param name="Threads">Threads.</param>
internal readonly record struct ChaosMeasure(long ResidentBytes, int Descriptors, int OtherSockets, int Threads)
{
    /// <summary>Measures as soon as the console counts so many clients, nobody waits, and no server is at work.</summary>
    /// <param name="pgmux">The process.</param>
    /// <param name="console">A session of its console; it is counted too.</param>
    /// <param name="clients">Clients of the database under load.</param>
    /// <param name="otherSockets">What an earlier measure found; null for the first.</param>
    public static async Task<ChaosMeasure> TakeAsync(PgmuxProcess pgmux, ChaosConsole console, int clients, int? otherSockets)
    {
        var measure = default(ChaosMeasure);
        var state = "nothing is known yet";
        try
        {
            await Eventually.HoldsAsync(
                async () =>
                {
                    var all = await console.Now.ShowAsync("CLIENTS");
                    var servers = await console.Now.ShowAsync("SERVERS");
                    var counters = pgmux.ReadCounters();
                    measure = new ChaosMeasure(counters.ResidentBytes, counters.Descriptors, counters.Sockets - all.Count - servers.Count, counters.Threads);
                    var loaded = all.Count(row => row["database"] == "app");
                    var busy = servers.Count(row => row["database"] == "app" && row["state"] is not ("idle" or "used" or "tested"));
                    state = $"{loaded} clients, {servers.Count} servers of which {busy} busy, {counters.Sockets} sockets";
                    return loaded == clients && busy == 0 && (otherSockets ?? measure.OtherSockets) == measure.OtherSockets;
                },
                $"{clients} clients at rest");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}: {state}, {otherSockets} sockets expected beside clients and servers");
        }

        return measure;
    }

    public override string ToString() => $"{ResidentBytes >> 20} MiB, {Descriptors} descriptors, {Threads} threads";
}
