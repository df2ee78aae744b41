using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace Pgmux.Benchmarks.Load;

/// <summary>Connections that have run one query each and now do nothing.</summary>
internal sealed class HeldClients : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly ConcurrentBag<NpgsqlConnection> _connections = [];

    public HeldClients(HoldClientsOptions options)
    {
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = options.Host,
            Port = options.Port,
            Database = options.Database,
            Username = options.User,
            Password = options.Password.Length == 0 ? null : options.Password,

            // Every connection here is one at the pooler, closed by its socket alone.
            Pooling = false,
            NoResetOnClose = true,

            // A bare client: no encryption to negotiate, no catalogue to load.
            // What libpq's clients of the same comparison read, and Npgsql does not.
            SslMode = Environment.GetEnvironmentVariable("PGSSLMODE") == "require" ? SslMode.Require : SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
            Timeout = 30,
            CommandTimeout = 30,
        };
        var builder = new NpgsqlDataSourceBuilder(connection.ConnectionString);
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        _source = builder.Build();
    }

    public int Count => _connections.Count;

    /// <summary>Opens <paramref name="count"/> more, at most <paramref name="inFlight"/> at once.</summary>
    public Task AddAsync(int count, int inFlight) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = inFlight },
            async (number, cancellation) => await AddOneAsync(number, cancellation));

    /// <summary>
    /// Lets every held client run a query again, at most <paramref name="inFlight"/> at once. A client that fails is counted and the
    /// others go on.
    /// </summary>
    public async Task<AgainOutcome> AskAgainAsync(int inFlight)
    {
        var answered = 0;
        var faults = new ConcurrentQueue<Exception>();
        await Parallel.ForEachAsync(
            _connections.Select((connection, number) => (connection, number)),
            new ParallelOptions { MaxDegreeOfParallelism = inFlight },
            async (held, cancellation) =>
            {
                try
                {
                    await AskAsync(held.connection, held.number, cancellation);
                    Interlocked.Increment(ref answered);
                }
                catch (Exception fault) when (fault is NpgsqlException or WrongAnswerException)
                {
                    faults.Enqueue(fault);
                }
            });
        return new AgainOutcome(answered, faults.Count, faults.TryPeek(out var first) ? first.Message : null);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        await _source.DisposeAsync();
    }

    private async Task AddOneAsync(int number, CancellationToken cancellation)
    {
        var connection = await _source.OpenConnectionAsync(cancellation);
        _connections.Add(connection);
        await AskAsync(connection, number, cancellation);
    }

    private static async Task AskAsync(NpgsqlConnection connection, int number, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();

        // As text: integers are among the types that would have to be loaded first.
        command.CommandText = $"SELECT '{number.ToString(CultureInfo.InvariantCulture)}'::text";
        var answer = await command.ExecuteScalarAsync(cancellation);
        if (answer is not string text || text != number.ToString(CultureInfo.InvariantCulture))
        {
            throw new WrongAnswerException($"asked for {number}, got {answer}");
        }
    }
}
