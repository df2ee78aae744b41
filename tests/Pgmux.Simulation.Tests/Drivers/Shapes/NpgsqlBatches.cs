using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers.Shapes;

/// <summary>
/// Npgsql: batches of Parse, Bind, Describe, Execute with one Sync behind them or one behind each; texts that come again are prepared as
/// _p1 and so on, where Close of the one that goes and Parse of the new one stand in one piece (src/Npgsql/NpgsqlCommand.cs,
/// PreparedStatementManager.cs); BEGIN is put ahead of the first batch without waiting; DISCARD ALL when a connection goes back to
/// Npgsql's pool.
/// </summary>
internal sealed class NpgsqlBatches(DriverContext context) : Driver(context)
{
    // MaxAutoPrepare, small enough that statements have to go.
    private const int MostPrepared = 3;

    private readonly StatementCache _prepared = new(MostPrepared);
    private readonly HashSet<string> _seen = [];

    protected override IEnumerable<DriverStep> Perform(WorkUnit unit)
    {
        if (OneIn(8))
        {
            // Npgsql leaves its prepared statements out of the reset when it has some; here they go with it.
            _prepared.Clear();
            yield return Query("DISCARD ALL");
            yield return Rest();
        }

        if (unit.IsTransaction)
        {
            yield return Send(RawMessages.Query("BEGIN"));
        }

        var copies = unit.Calls.Where(call => call.Kind == CallKind.CopyIn).ToArray();
        var hasBarriers = OneIn(4);
        List<byte[]> batch = [];
        foreach (var call in unit.Calls.Except(copies))
        {
            batch.AddRange(Statement(call));
            if (hasBarriers)
            {
                batch.Add(RawMessages.Sync());
            }
        }

        yield return Ask([.. batch, RawMessages.Sync()]);
        if (View.HasFailed)
        {
            // Which of them were prepared before the error nobody knows.
            _prepared.Clear();
        }

        foreach (var step in copies.SelectMany(CopyBySimpleQuery))
        {
            yield return step;
        }

        if (unit.IsTransaction)
        {
            yield return Query(View.Status == 'E' || unit.RollsBack ? "ROLLBACK" : "COMMIT");
        }
    }

    protected override IEnumerable<DriverStep> Perform(Call call) => [Ask([.. Statement(call), RawMessages.Sync()])];

    private IEnumerable<byte[]> Statement(Call call)
    {
        var name = _prepared.Find(call.Sql) ?? "";
        if (name.Length == 0 && Work.HasStatements && !_seen.Add(call.Sql))
        {
            name = Work.NewName("_p");
            if (_prepared.Add(call.Sql, name) is { } evicted)
            {
                yield return RawMessages.CloseStatement(evicted);
            }

            yield return RawMessages.Parse(call.Sql, name);
            yield return RawMessages.DescribeStatement(name);
        }
        else if (name.Length == 0)
        {
            yield return RawMessages.Parse(call.Sql);
        }

        yield return RawMessages.Bind(name, [.. call.Values]);
        if (name.Length == 0)
        {
            yield return RawMessages.DescribePortal();
        }

        yield return RawMessages.Execute();
    }
}
