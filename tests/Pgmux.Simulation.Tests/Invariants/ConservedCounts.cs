using Pgmux.Core.Clients;
using Pgmux.Core.Pooling;

namespace Pgmux.Simulation.Tests.Invariants;

/// <summary>I6: what is counted is there, and no limit is passed.</summary>
internal sealed class ConservedCounts : IInvariant
{
    public IEnumerable<string> Check(MuxView view)
    {
        var environment = view.Mux.Mux.Clients;
        if (environment.ClientCount != view.Clients.Count)
        {
            yield return $"I6: {environment.ClientCount} clients counted, {view.Clients.Count} there";
        }

        var ledger = view.Mux.Mux.Pools.Environment.Ledger;
        foreach (var (pool, servers, counts) in view.Pools)
        {
            var ofDatabase = view.Pools.Where(other => other.Pool.Key.Database == pool.Key.Database).Sum(other => other.Servers.Count);
            if (ledger.OfDatabase(pool.Key.Database) != ofDatabase)
            {
                yield return $"I6: {ledger.OfDatabase(pool.Key.Database)} servers of {pool.Key.Database} counted, {ofDatabase} there";
            }

            if (pool.Policy.MaximumOfDatabase > 0 && ofDatabase > pool.Policy.MaximumOfDatabase)
            {
                yield return $"I6: {ofDatabase} servers of {pool.Key.Database}, {pool.Policy.MaximumOfDatabase} allowed";
            }

            if (counts.Servers != servers.Count)
            {
                yield return $"I6: {pool.Key} counts {counts.Servers} of {servers.Count} servers";
            }

            var waiting = view.Clients.Count(client => client.Pool == pool && client.State is ClientState.Waiting or ClientState.LoggingIn);
            if (counts.Waiting > waiting)
            {
                yield return $"I6: {counts.Waiting} wait in {pool.Key}, and {waiting} clients do";
            }
        }
    }
}
