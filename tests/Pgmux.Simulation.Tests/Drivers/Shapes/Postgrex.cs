using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers.Shapes;

/// <summary>
/// Postgrex (lib/postgrex/protocol.ex): inside of transactions Parse and Describe with Flush, behind a Close of the name that is used
/// again; Bind, Execute, Sync; a statement that is not kept is closed with Flush behind that Sync; and BEGIN or COMMIT as simple
/// queries in the same piece as extended messages, which a failing one makes the server skip.
/// </summary>
internal sealed class Postgrex(DriverContext context) : Driver(context)
{
    protected override IEnumerable<DriverStep> End(string sql) => OneIn(3)
        ? [Ask([.. Whole(Work.NextCall()), RawMessages.Query(sql), RawMessages.Sync()]), Query(sql)]
        : [Query(sql)];

    protected override IEnumerable<DriverStep> Perform(Call call)
    {
        if (call.Kind == CallKind.CopyIn)
        {
            return CopyBySimpleQuery(call);
        }

        return Work.HasStatements && OneIn(2) ? Named(call) : [Ask([.. Whole(call), RawMessages.Sync()])];
    }

    private IEnumerable<DriverStep> Named(Call call)
    {
        var name = OneIn(2) ? "ecto_1" : "ecto_2";
        byte[][] prepare = [RawMessages.CloseStatement(name), RawMessages.Parse(call.Sql, name), RawMessages.DescribeStatement(name)];
        yield return View.Status == 'T' ? Ask([.. prepare, RawMessages.Flush()]) : Ask([.. prepare, RawMessages.Sync()]);
        if (View.HasFailed)
        {
            yield return Ask(RawMessages.Sync());
            yield break;
        }

        byte[][] run = [RawMessages.Bind(name, [.. call.Values]), RawMessages.Execute(), RawMessages.Sync()];
        yield return OneIn(2) ? Ask(run) : Ask([.. run, RawMessages.CloseStatement(name), RawMessages.Flush()]);
        if (OneIn(2))
        {
            yield return Ask(RawMessages.Sync());
        }
    }

    private static IEnumerable<byte[]> Whole(Call call) => call.Kind == CallKind.CopyIn
        ? []
        : [RawMessages.Parse(call.Sql), RawMessages.DescribeStatement(), RawMessages.Bind("", [.. call.Values]), RawMessages.Execute(), RawMessages.CloseStatement()];
}
