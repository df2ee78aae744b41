using Npgsql;
using Pgmux.Testing.Postgres;

namespace Pgmux.Testing.Chaos.Load;

/// <summary>
/// Every transfer that a client has ever sent, and what it was told of it. At the end the tables must agree: an acknowledged transfer
/// stands there once, a refused one never, one of unknown fate at most once, and nothing else stands there. What one account lost
/// another has.
/// </summary>
internal sealed class TransferLedger
{
    public const int Accounts = 1000;

    public const string Schema = """
        CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL) WITH (fillfactor = 50);
        CREATE TABLE transfers (id bigint NOT NULL, source int NOT NULL, target int NOT NULL, amount int NOT NULL);
        INSERT INTO accounts SELECT n, 0 FROM generate_series(1, 1000) AS n;
        GRANT ALL ON accounts, transfers TO app;
        """;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, TransferFate> _fates = [];
    private long _last;

    public long Count(TransferFate fate)
    {
        lock (_gate)
        {
            return _fates.Values.LongCount(value => value == fate);
        }
    }

    /// <summary>A new id. Until the client hears of it, its fate is unknown.</summary>
    public long Begin()
    {
        lock (_gate)
        {
            _fates.Add(++_last, TransferFate.Unknown);
            return _last;
        }
    }

    public void Settle(IEnumerable<long> ids, TransferFate fate)
    {
        lock (_gate)
        {
            foreach (var id in ids)
            {
                _fates[id] = fate;
            }
        }
    }

    /// <summary>Holds the tables against what the clients know.</summary>
    public async Task CheckAsync(PostgresCluster cluster, ChaosReport report)
    {
        var rows = new List<long>();
        await using (var connection = await cluster.ConnectAsync())
        await using (var command = new NpgsqlCommand("SELECT id FROM transfers", connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                rows.Add(reader.GetInt64(0));
            }
        }

        Compare(rows, report);
        await CheckBalancesAsync(cluster, report);
    }

    /// <summary>Holds the ids that stand in the table against what the clients know.</summary>
    public void Compare(IEnumerable<long> ids, ChaosReport report)
    {
        var rows = ids.CountBy(id => id).ToDictionary();
        foreach (var (id, fate) in _fates)
        {
            var found = rows.GetValueOrDefault(id);
            rows.Remove(id);
            if (found == 0 && fate == TransferFate.Acknowledged)
            {
                report.Find($"transfer {id} was acknowledged and is lost");
            }
            else if (found > 0 && fate == TransferFate.Refused)
            {
                report.Find($"transfer {id} was refused and stands in the table");
            }
            else if (found > 1)
            {
                report.Find($"transfer {id} ({fate}) was made {found} times");
            }
        }

        foreach (var id in rows.Keys)
        {
            report.Find($"transfer {id} was never sent");
        }
    }

    private static async Task CheckBalancesAsync(PostgresCluster cluster, ChaosReport report)
    {
        var sum = await cluster.QueryAsync<long>("SELECT sum(balance)::bigint FROM accounts");
        if (sum != 0)
        {
            report.Find($"the balances sum up to {sum}");
        }

        var wrong = await cluster.QueryAsync<long>("""
            WITH moves AS (SELECT target AS account, amount FROM transfers UNION ALL SELECT source, -amount FROM transfers),
                sums AS (SELECT account, sum(amount) AS amount FROM moves GROUP BY account)
            SELECT count(*) FROM accounts LEFT JOIN sums ON account = id WHERE balance <> coalesce(amount, 0)
            """);
        if (wrong != 0)
        {
            report.Find($"{wrong} accounts do not have what their transfers say");
        }
    }
}
