using System.Globalization;

namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>
/// What the users of sessions ask for, in the little language of the modelled PostgreSQL. Every statement carries a mark of its client,
/// but for the texts that clients share so that they meet on the same prepared statements.
/// </summary>
/// <param name="nonces">The client's marks.</param>
/// <param name="random">Decides what is asked.</param>
/// <param name="hasStatements">Whether what is prepared in one transaction is still there in the next.</param>
internal sealed class Workload(Nonces nonces, Random random, bool hasStatements)
{
    private readonly Random _random = random;

    private const int MostStatements = 5;

    private static readonly Weighted<Func<Workload, Call>> Calls = new(
        (30, "point reads with a value: what pools are for, and where texts are shared", work => work.Read()),
        (12, "texts of their own: ad hoc SQL, never the same again", work => new Call($"SELECT {work.Mark()}")),
        (14, "writes, each known to the ledger", work => work.Write()),
        (5, "results of many rows", work => work.ReadMany()),
        (4, "COPY FROM STDIN", work => work.CopyIn()),
        (4, "COPY TO STDOUT", work => new Call($"COPY OUT {work.Count(5)} {work.Mark()}") { Kind = CallKind.CopyOut }),
        (6, "errors when it runs, the everyday kind", _ => new Call("FAIL 23505")),
        (3, "errors when it is parsed", _ => new Call("PARSEFAIL")),
        (2, "errors when values are bound", work => new Call("BINDFAIL $1", work.Mark())),
        (5, "SET of a parameter that follows the client", work => work.Set()),
        (3, "SHOW of one, which tells what other clients have left there", work => work.Show()),
        (4, "PREPARE and its kin by SQL", work => work.HasStatements ? work.Prepared() : work.Read()),
        (3, "statements that last, for cancels", work => new Call($"SLEEP {work._random.Next(50, 3000)} {work.Mark()}")),
        (1, "notices by themselves", work => new Call($"NOTICE {work.Mark()}")),
        (1, "notices among rows", work => new Call($"NOISY {work.Count(4)} {work.Mark()}")),
        (1, "rows larger than a buffer", work => new Call($"ROWS 2 {work._random.Next(10_000, 70_000)} {work.Mark()}")),
        (1, "no statement at all", _ => new Call("")));

    private int _portals;

    /// <summary>Whether what is prepared in one transaction is still there in the next.</summary>
    public bool HasStatements { get; } = hasStatements;

    /// <summary>The next thing to do: mostly single statements, as measured loads have it, some transactions of up to five.</summary>
    public WorkUnit Next()
    {
        if (_random.Next(100) == 0)
        {
            return new WorkUnit(false, false, [new Call("RESET application_name")]) { Resets = true };
        }

        var isTransaction = _random.Next(4) == 0;
        var calls = Enumerable.Range(0, isTransaction ? Count(MostStatements) : 1).Select(_ => NextCall()).ToArray();
        return new WorkUnit(isTransaction, _random.Next(5) == 0, calls);
    }

    public Call NextCall() => Calls.Choose(_random)(this);

    /// <summary>A name that this session has not used.</summary>
    public string NewName(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{_portals++}");

    /// <summary>A mark.</summary>
    public string Mark() => nonces.Next();

    private Call Read() => _random.Next(4) switch
    {
        0 => new Call("SELECT of $1", Mark()),
        1 => new Call("SELECT $1 and $2", Mark(), Mark()),
        2 => new Call("SELECT fixed"),
        _ => new Call("SELECT $1", Mark()),
    };

    private Call Write() => _random.Next(2) == 0 ? new Call("INSERT $1", Mark()) : new Call($"INSERT {Mark()}");

    private Call ReadMany() => new(string.Create(CultureInfo.InvariantCulture, $"ROWS {Count(30)} {Count(60)} {Mark()}")) { IsLong = true };

    private Call CopyIn() => new(
        _random.Next(4) switch { 0 => "COPY IN FAIL 2", 1 => "COPY IN FAIL END", _ => "COPY IN" },
        [.. Enumerable.Range(0, _random.Next(6)).Select(_ => Mark())])
    {
        Kind = CallKind.CopyIn,
        GivesUp = _random.Next(6) == 0,
    };

    private Call Set() => _random.Next(5) switch
    {
        0 => new Call("SET TimeZone = 'Asia/Tokyo'"),
        1 => new Call("SET DateStyle = 'German'"),
        2 => new Call("SET TimeZone = 'Nowhere/Else'"),
        3 => new Call("SET IntervalStyle = 'iso_8601'"),
        _ => new Call($"SET application_name = '{Mark()}'"),
    };

    private Call Show() => new(_random.Next(3) switch { 0 => "SHOW TimeZone", 1 => "SHOW DateStyle", _ => "SHOW application_name" });

    private Call Prepared() => _random.Next(6) switch
    {
        0 => new Call($"PREPARE q1 AS SELECT {Mark()}"),
        1 => new Call("PREPARE q2 (text) AS SELECT $1"),
        2 => new Call("DEALLOCATE q1"),
        3 => new Call("DEALLOCATE ALL"),
        4 => new Call("EXECUTE q1"),
        _ => new Call($"EXECUTE q2 ('{Mark()}')"),
    };

    private int Count(int most) => 1 + _random.Next(most);
}
