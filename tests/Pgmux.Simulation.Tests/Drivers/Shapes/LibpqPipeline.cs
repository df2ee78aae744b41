using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers.Shapes;

/// <summary>
/// libpq's PQsendQueryParams and its pipeline mode: each query is Parse, Bind, Describe, Execute without names (PQsendQueryGuts in
/// src/interfaces/libpq/fe-exec.c); PQpipelineSync ends a pipeline, PQsendFlushRequest asks for answers within it.
/// </summary>
internal sealed class LibpqPipeline(DriverContext context) : Driver(context)
{
    protected override IEnumerable<DriverStep> Perform(WorkUnit unit)
    {
        // libpq refuses COPY in pipeline mode; behind a RESET there is a rest, so nothing is put into its pipeline.
        if (OneIn(2) || unit.Resets || unit.Calls.Any(call => call.Kind != CallKind.Plain))
        {
            return base.Perform(unit);
        }

        IEnumerable<Call> calls = unit.IsTransaction
            ? [new Call("BEGIN"), .. unit.Calls, new Call(unit.RollsBack ? "ROLLBACK" : "COMMIT")]
            : [.. unit.Calls, Work.NextCall(), .. OneIn(2) ? [] : new[] { Work.NextCall() }];
        return PerformPipeline([.. calls.Where(call => call.Kind == CallKind.Plain)]);
    }

    protected override IEnumerable<DriverStep> Perform(Call call) => call.Kind == CallKind.CopyIn
        ? CopyBySimpleQuery(call)
        : [Ask([.. QueryParams(call), RawMessages.Sync()])];

    private IEnumerable<DriverStep> PerformPipeline(IReadOnlyList<Call> calls)
    {
        foreach (var call in calls)
        {
            switch (Random.Next(6))
            {
                case 0:
                    yield return Ask([.. QueryParams(call), RawMessages.Flush()]);
                    break;
                case 1:
                    yield return Send([.. QueryParams(call), RawMessages.Sync()]);
                    break;
                default:
                    yield return Send([.. QueryParams(call)]);
                    break;
            }
        }

        yield return Ask(RawMessages.Sync());
    }

    private static IEnumerable<byte[]> QueryParams(Call call) =>
        [RawMessages.Parse(call.Sql), RawMessages.Bind("", [.. call.Values]), RawMessages.DescribePortal(), RawMessages.Execute()];
}
