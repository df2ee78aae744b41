using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers.Shapes;

/// <summary>
/// node-postgres as Sequelize and others drive it (packages/pg/lib/query.js and cursors): Parse, Describe with Flush, then Bind,
/// Execute with Flush, and Sync only when the answers have come, an error included: whoever hears ReadyForQuery before that believes
/// a row that is not there yet.
/// </summary>
internal sealed class NodePostgres(DriverContext context) : Driver(context)
{
    protected override IEnumerable<DriverStep> Perform(Call call)
    {
        if (call.Kind == CallKind.CopyIn)
        {
            return CopyBySimpleQuery(call);
        }

        return call.Values.Count == 0 && OneIn(2) ? [Query(call.Sql)] : Extended(call);
    }

    private IEnumerable<DriverStep> Extended(Call call)
    {
        yield return Ask(RawMessages.Parse(call.Sql), RawMessages.DescribeStatement(), RawMessages.Flush());
        if (!View.HasFailed)
        {
            yield return Ask(RawMessages.Bind("", [.. call.Values]), RawMessages.Execute(call.IsLong ? 4 : 0), RawMessages.Flush());
            while (View.IsSuspended)
            {
                yield return Ask(RawMessages.Execute(4), RawMessages.Flush());
            }
        }

        yield return Ask(RawMessages.Sync());
    }
}
