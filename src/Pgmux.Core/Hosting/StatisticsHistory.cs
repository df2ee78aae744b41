using Microsoft.Extensions.Logging;
using Pgmux.Core.Admin;
using Pgmux.Core.Configuration;
using Pgmux.Core.Pooling;

namespace Pgmux.Core.Hosting;

/// <summary>
/// The statistics of each database: sums since the start, and averages over the last stats_period that is over. Pools that have
/// been closed keep counting with what they did. Called on the first loop only, or under no load from the console.
/// </summary>
internal sealed class StatisticsHistory(PoolRegistry pools, TimeProvider clock, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Pool, PoolCounters> _closed = [];
    private readonly Dictionary<string, PoolCounters> _ended = new(StringComparer.Ordinal);
    private readonly PoolCounters _console = new();
    private Dictionary<string, PoolCounters> _atPeriodStart = new(StringComparer.Ordinal);
    private Dictionary<string, StatsValues> _averages = new(StringComparer.Ordinal);
    private long _periodStart = clock.GetTimestamp();

    /// <summary>Ends the period when it is over, and logs its averages when <paramref name="isLogged"/> (log_stats).</summary>
    public void Sweep(TimeSpan period, bool isLogged)
    {
        var length = clock.GetElapsedTime(_periodStart);
        if (period <= TimeSpan.Zero || length < period)
        {
            return;
        }

        lock (_gate)
        {
            var now = SumPerDatabase();
            _averages = now.ToDictionary(
                entry => entry.Key,
                entry => Average(entry.Value, _atPeriodStart.GetValueOrDefault(entry.Key) ?? new PoolCounters(), length),
                StringComparer.Ordinal);
            _atPeriodStart = now;
            _periodStart = clock.GetTimestamp();
        }

        if (isLogged)
        {
            Log();
        }
    }

    /// <summary>A command of the console has run; it counts under the console's own database, as in PgBouncer.</summary>
    public void OnConsoleCommand(long ticks)
    {
        lock (_gate)
        {
            _console.Queries++;
            _console.Transactions++;
            _console.QueryTicks += ticks;
            _console.TransactionTicks += ticks;
        }
    }

    /// <summary>Remembers what a pool has done that is being closed.</summary>
    public void OnPoolClosed(Pool pool)
    {
        lock (_gate)
        {
            _closed[pool] = pool.SumCounters();
        }
    }

    /// <summary>
    /// Keeps what a pool has done that has ended because nobody used it; with the last one of a database that only clients have named,
    /// the database is forgotten, so that their number does not grow for ever.
    /// </summary>
    public void OnPoolEnded(Pool pool, bool isLastOfDatabase)
    {
        lock (_gate)
        {
            var database = pool.Key.Database;
            if (isLastOfDatabase)
            {
                _ended.Remove(database);
                _atPeriodStart.Remove(database);
                _averages.Remove(database);
                return;
            }

            if (!_ended.TryGetValue(database, out var sum))
            {
                _ended[database] = sum = new PoolCounters();
            }

            sum.Add(pool.SumCounters());
        }
    }

    /// <summary>One row for each database.</summary>
    public IReadOnlyList<StatsRow> Rows()
    {
        lock (_gate)
        {
            return
            [
                .. SumPerDatabase().OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(
                    entry => new StatsRow(entry.Key, ToValues(entry.Value), _averages.GetValueOrDefault(entry.Key))),
            ];
        }
    }

    private Dictionary<string, PoolCounters> SumPerDatabase()
    {
        var sums = new Dictionary<string, PoolCounters>(StringComparer.Ordinal);
        foreach (var (database, counters) in pools.All.Select(pool => (pool.Key.Database, pool.SumCounters()))
            .Concat(_closed.Select(entry => (entry.Key.Key.Database, entry.Value)))
            .Concat(_ended.Select(entry => (entry.Key, entry.Value)))
            .Append((ConfigSnapshot.ConsoleDatabase, _console)))
        {
            if (!sums.TryGetValue(database, out var sum))
            {
                sums[database] = sum = new PoolCounters();
            }

            sum.Add(counters);
        }

        return sums;
    }

    private void Log()
    {
        var all = _averages.Values.Aggregate(new StatsValues(), (sum, next) => sum with
        {
            TransactionCount = sum.TransactionCount + next.TransactionCount,
            QueryCount = sum.QueryCount + next.QueryCount,
            Received = sum.Received + next.Received,
            Sent = sum.Sent + next.Sent,
            TransactionTime = Math.Max(sum.TransactionTime, next.TransactionTime),
            QueryTime = Math.Max(sum.QueryTime, next.QueryTime),
            WaitTime = sum.WaitTime + next.WaitTime,
            ClientParseCount = sum.ClientParseCount + next.ClientParseCount,
            ServerParseCount = sum.ServerParseCount + next.ServerParseCount,
            BindCount = sum.BindCount + next.BindCount,
        });
        HostingLog.Statistics(
            logger,
            all.TransactionCount,
            all.QueryCount,
            all.ClientParseCount,
            all.ServerParseCount,
            all.BindCount,
            all.Received,
            all.Sent,
            all.TransactionTime,
            all.QueryTime,
            all.WaitTime);
    }

    private StatsValues ToValues(PoolCounters counters) => new()
    {
        ServerAssignmentCount = counters.ServerAssignments,
        TransactionCount = counters.Transactions,
        QueryCount = counters.Queries,
        Received = counters.BytesReceived,
        Sent = counters.BytesSent,
        TransactionTime = Microseconds(counters.TransactionTicks),
        QueryTime = Microseconds(counters.QueryTicks),
        WaitTime = Microseconds(counters.WaitTicks),
        ClientParseCount = counters.ClientParses,
        ServerParseCount = counters.ServerParses,
        BindCount = counters.Binds,
    };

    // PgBouncer's averages: counts and bytes per second, times per transaction or query, waiting per second.
    private StatsValues Average(PoolCounters now, PoolCounters before, TimeSpan length)
    {
        var transactions = now.Transactions - before.Transactions;
        var queries = now.Queries - before.Queries;
        return new StatsValues
        {
            ServerAssignmentCount = PerSecond(now.ServerAssignments - before.ServerAssignments, length),
            TransactionCount = PerSecond(transactions, length),
            QueryCount = PerSecond(queries, length),
            Received = PerSecond(now.BytesReceived - before.BytesReceived, length),
            Sent = PerSecond(now.BytesSent - before.BytesSent, length),
            TransactionTime = transactions == 0 ? 0 : Microseconds(now.TransactionTicks - before.TransactionTicks) / transactions,
            QueryTime = queries == 0 ? 0 : Microseconds(now.QueryTicks - before.QueryTicks) / queries,
            WaitTime = PerSecond(Microseconds(now.WaitTicks - before.WaitTicks), length),
            ClientParseCount = PerSecond(now.ClientParses - before.ClientParses, length),
            ServerParseCount = PerSecond(now.ServerParses - before.ServerParses, length),
            BindCount = PerSecond(now.Binds - before.Binds, length),
        };
    }

    private static long PerSecond(long count, TimeSpan length) => (long)(count / length.TotalSeconds);

    private long Microseconds(long ticks) => (long)(ticks * (1_000_000.0 / clock.TimestampFrequency));
}
