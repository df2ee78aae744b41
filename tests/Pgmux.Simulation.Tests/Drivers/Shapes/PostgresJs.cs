using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers.Shapes;

/// <summary>
/// postgres.js (src/connection.js): what it has to know the types of is described first, by Parse, Describe and Flush, and bound when
/// the answer has come; known statements are Bind, Execute, Sync; queries go one behind the other without waiting (max_pipeline).
/// </summary>
internal sealed class PostgresJs(DriverContext context) : Driver(context)
{
    private readonly StatementCache _prepared = new(limit: 10);

    protected override IEnumerable<DriverStep> Begin() => [OneIn(2) ? Send(RawMessages.Query("BEGIN")) : Query("BEGIN")];

    protected override IEnumerable<DriverStep> Perform(Call call)
    {
        if (call.Kind == CallKind.CopyIn)
        {
            return CopyBySimpleQuery(call);
        }

        return call.Values.Count == 0 && OneIn(3) ? [Send(RawMessages.Query(call.Sql))] : Extended(call);
    }

    private IEnumerable<DriverStep> Extended(Call call)
    {
        var isPrepared = Work.HasStatements && !OneIn(4);
        var name = isPrepared ? _prepared.Find(call.Sql) : "";
        byte[][] bound = [RawMessages.Bind(name ?? "", [.. call.Values]), RawMessages.Execute(), RawMessages.Sync()];
        if (!string.IsNullOrEmpty(name))
        {
            yield return Send(bound);
            yield break;
        }

        if (isPrepared)
        {
            name = Work.NewName("x");
            _prepared.Add(call.Sql, name);
            bound[0] = RawMessages.Bind(name, [.. call.Values]);
        }

        byte[][] described = [RawMessages.Parse(call.Sql, name!), RawMessages.DescribeStatement(name!)];
        if (call.Values.Count == 0 || OneIn(2))
        {
            yield return Send([.. described, .. bound]);
            yield break;
        }

        yield return Ask([.. described, RawMessages.Flush()]);
        if (View.HasFailed)
        {
            _prepared.Remove(call.Sql);
            yield return Ask(RawMessages.Sync());
        }
        else
        {
            yield return Ask(bound);
        }
    }
}
