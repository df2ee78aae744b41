using Pgmux.Testing.Chaos.Load;

namespace Pgmux.Testing.Chaos.Faults;

/// <summary>What clients do to pgmux.</summary>
internal sealed class ClientFaults(IReadOnlyList<LoadClient> clients)
{
    /// <summary>Cancel requests of a storm, and how many of them are under way at a time.</summary>
    private const int Cancels = 300;
    private const int CancelsAtOnce = 40;

    private static readonly AbortKind[] Kinds = Enum.GetValues<AbortKind>();

    public async Task AbortAsync(Random random)
    {
        foreach (var client in Some(random, clients.Count / 4))
        {
            await client.AbortAsync(Kinds[random.Next(Kinds.Length)]);
        }
    }

    public void ReadSlowly(Random random)
    {
        foreach (var client in Some(random, clients.Count / 8))
        {
            client.Suggest(LoadKind.SlowRead);
        }
    }

    public Task CancelAsync(Random random)
    {
        var victims = Enumerable.Range(0, Cancels).Select(_ => clients[random.Next(clients.Count)]).ToArray();
        return Parallel.ForEachAsync(victims, new ParallelOptions { MaxDegreeOfParallelism = CancelsAtOnce }, async (victim, _) =>
        {
            if (victim.Session is { } session)
            {
                await session.CancelAsync();
            }
        });
    }

    private IEnumerable<LoadClient> Some(Random random, int most)
    {
        for (var n = random.Next(1, most + 2); n > 0; n--)
        {
            yield return clients[random.Next(clients.Count)];
        }
    }
}
