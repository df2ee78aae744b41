using Pgmux.Core.Hosting;
using Pgmux.Core.Servers;
using Pgmux.Core.Statements;

namespace Pgmux.Simulation.Tests.DeliberateBugs;

/// <summary>
/// What the simulation has to find. The first eight are those that poolers have really had (crossed replies, lost replies, statements of
/// others); the rest attack one invariant each.
/// </summary>
internal static class DeliberateBugs
{
    public static IReadOnlyList<DeliberateBug> All { get; } =
    [
        Releasing("release on the first ReadyForQuery", ReleaseCondition.NothingOwed),
        Releasing("release inside a transaction", ReleaseCondition.Idle),
        Releasing("release with half a request sent", ReleaseCondition.WholeRequest),
        Releasing("release while a cancel is on its way", ReleaseCondition.NoCancel),
        Counting("forget that COPY ignores Sync", statements => new SyncCountedInCopy(statements)),
        Counting("answer by itself inside of a COPY", statements => new CopiesNotExpected(statements)),
        Counting("expect an answer to a skipped Query", statements => new QueryAnsweredInSkip(statements)),
        Counting("skip one count", statements => new MiscountedRequests(statements)),
        Counting("tell own replies", statements => new RepliesToldToAnyone(statements)),
        Counting("run again what was carried out", statements => new CyclesRunAgainTooLate(statements)),
        OfServers("keep statements that failed", new BrokenServerParts { Statements = () => new FailedStatementsKept() }),
        OfServers("keep statements that were discarded", new BrokenServerParts { Statements = () => new DiscardedStatementsKept() }),
        OfServers(
            "forget parameters", new BrokenServerParts { Parameters = (tracked, sets) => new ParametersOfAnother(tracked, sets) }),
        OfClients("reuse a name", new BrokenClientParts { Names = () => new ReusedNames() }),
        OfClients("drop a Flush", new BrokenClientParts { RequestReader = client => new DroppedFlushes(client) }),
        OfClients("cancel another client's query", new BrokenClientParts { Cancels = () => new CancelsOfAnother() }),
        OfPools("serve the latest first", new BrokenPoolParts { Waiters = () => new LatestWaiterFirst() }),
        OfPools("take news for half a message", new BrokenPoolParts { Delivery = (pool, gate) => new NewsTakenForViolations(pool, gate) }),
        OfPools("leak a permit", new BrokenPoolParts { Ledger = () => new LeakingLedger() }),
        new("return a buffer twice", new MultiplexerParts()) { CreateBuffers = () => new BuffersLentTwice { PoisonsReturned = true } },
    ];

    private static DeliberateBug Releasing(string name, ReleaseCondition missing) =>
        OfServers(name, new BrokenServerParts { Rule = new BrokenReleaseRule(missing) });

    private static DeliberateBug Counting(string name, Func<ServerStatements, OutstandingRequests> create) =>
        OfServers(name, new BrokenServerParts { Outstanding = create });

    private static DeliberateBug OfServers(string name, ServerParts parts) => new(name, new MultiplexerParts { Servers = parts });

    private static DeliberateBug OfClients(string name, BrokenClientParts parts) => new(name, new MultiplexerParts { Clients = parts });

    private static DeliberateBug OfPools(string name, BrokenPoolParts parts) => new(name, new MultiplexerParts { Pools = parts });
}
