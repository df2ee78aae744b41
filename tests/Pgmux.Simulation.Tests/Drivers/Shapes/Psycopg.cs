using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers.Shapes;

/// <summary>
/// psycopg 3 in its pipeline mode (psycopg/psycopg/_pipeline.py and cursor code): BEGIN goes ahead of the first query, queries that
/// were used often enough are prepared as _pg3_0 within the pipeline, results are asked for by Flush where the user looks at them, and
/// what is evicted is dropped by a DEALLOCATE that is itself part of the pipeline.
/// </summary>
internal sealed class Psycopg(DriverContext context) : Driver(context)
{
    // prepare_threshold.
    private const int UsesBeforeName = 5;

    private readonly Dictionary<string, int> _uses = [];
    private readonly StatementCache _prepared = new(limit: 3);

    protected override IEnumerable<DriverStep> Perform(WorkUnit unit)
    {
        if (unit.Calls.Any(call => call.Kind != CallKind.Plain))
        {
            return base.Perform(unit);
        }

        return PerformPipeline(unit);
    }

    protected override IEnumerable<DriverStep> Perform(Call call) =>
        call.Kind == CallKind.CopyIn ? CopyBySimpleQuery(call) : [Ask([.. Messages(call), RawMessages.Sync()])];

    private IEnumerable<DriverStep> PerformPipeline(WorkUnit unit)
    {
        if (unit.IsTransaction)
        {
            yield return Send([.. Messages(new Call("BEGIN"))]);
        }

        foreach (var call in unit.Calls)
        {
            yield return OneIn(3) ? Ask([.. Messages(call), RawMessages.Flush()]) : Send([.. Messages(call)]);
        }

        yield return Ask(RawMessages.Sync());
        if (View.HasFailed)
        {
            _prepared.Clear();
        }

        if (unit.IsTransaction)
        {
            yield return Ask([.. Messages(new Call(View.Status == 'E' || unit.RollsBack ? "ROLLBACK" : "COMMIT")), RawMessages.Sync()]);
        }
    }

    private IEnumerable<byte[]> Messages(Call call)
    {
        var name = _prepared.Find(call.Sql) ?? "";
        if (name.Length == 0)
        {
            _uses[call.Sql] = _uses.GetValueOrDefault(call.Sql) + 1;
            name = Work.HasStatements && _uses[call.Sql] > UsesBeforeName ? Work.NewName("_pg3_") : "";
            if (name.Length > 0 && _prepared.Add(call.Sql, name) is { } evicted)
            {
                yield return RawMessages.Parse($"DEALLOCATE \"{evicted}\"");
                yield return RawMessages.Bind();
                yield return RawMessages.DescribePortal();
                yield return RawMessages.Execute();
            }

            yield return RawMessages.Parse(call.Sql, name);
        }

        yield return RawMessages.Bind(name, [.. call.Values]);
        yield return RawMessages.DescribePortal();
        yield return RawMessages.Execute();
    }
}
