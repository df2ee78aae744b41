using Pgmux.Simulation.Tests.Drivers.Shapes;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>Numbers and drivers for the clients of one run.</summary>
/// <param name="hasStatements">Whether pgmux keeps prepared statements for its clients: most drivers need it.</param>
internal sealed class ClientCast(bool hasStatements)
{
    /// <summary>Whether pgmux keeps prepared statements for its clients.</summary>
    public bool HasStatements => hasStatements;

    private static readonly (int Weight, string Reason, Func<DriverContext, Driver> Create)[] WithoutStatements =
    [
        (10, "scripts, psql and pgbench", context => new LibpqSimple(context)),
        (10, "everything built on libpq with values, and its pipelines", context => new LibpqPipeline(context)),
        (12, "the most used driver of them all", context => new Pgjdbc(context)),
        (10, ".NET", context => new NpgsqlBatches(context)),
        (8, "Node with Sequelize: ReadyForQuery came too early in a peer", context => new NodePostgres(context)),
        (6, "Node: describe-first, where a peer dropped Flush", context => new PostgresJs(context)),
        (6, "Elixir: a query that is skipped, where two peers waited for its end", context => new Postgrex(context)),
        (8, "Python", context => new Psycopg(context)),
        (10, "no driver in particular: what none of them does, and one will", context => new Wanderer(context)),
    ];

    private static readonly Weighted<Func<DriverContext, Driver>> Self = new(WithoutStatements);

    private static readonly Weighted<Func<DriverContext, Driver>> All = new(
    [
        .. WithoutStatements,
        (8, "Go: parses in one cycle and binds in the next", context => new LibPq(context)),
        (8, "Python: Flush, and a reset at its release", context => new Asyncpg(context)),
        (8, "Rust: names for everything, and COPY with a Sync too many", context => new TokioPostgres(context)),
    ]);

    // So far from all others that a flipped byte in a client's mark does not make it an outsider's.
    private const int FirstOutsider = 500_000;

    private readonly HashSet<int> _outsiders = [];
    private int _clients;

    /// <summary>The marks of a new client.</summary>
    public Nonces NewNonces() => new(_clients++);

    /// <summary>The marks of somebody who never logs in.</summary>
    public Nonces NewOutsider()
    {
        var number = FirstOutsider + _outsiders.Count;
        _outsiders.Add(number);
        return new Nonces(number);
    }

    /// <summary>A mark of somebody who has never logged in; null when there is none. What a server has been sent must have none.</summary>
    public string? FindOutsider(ReadOnlySpan<byte> bytes) => Nonces.Find(bytes, (client, _) => _outsiders.Contains(client));

    /// <summary>A driver for a new connection.</summary>
    public Driver NewDriver(Random random, Nonces nonces, IDriverView view) =>
        (hasStatements ? All : Self).Choose(random)(new DriverContext(random, view, new Workload(nonces, random, hasStatements)));
}
