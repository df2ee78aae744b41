using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers.Shapes;

/// <summary>
/// tokio-postgres: prepare is Parse s0, Describe, Sync (tokio-postgres/src/prepare.rs); query is Bind, Execute, Sync (query.rs); a
/// dropped statement is Close, Sync, pipelined with whatever comes next; COPY FROM STDIN has its Sync behind Execute, which a server in
/// COPY ignores, and a second one behind CopyDone or CopyFail (copy_in.rs).
/// </summary>
internal sealed class TokioPostgres(DriverContext context) : Driver(context)
{
    private readonly StatementCache _prepared = new(limit: 5);

    protected override IEnumerable<DriverStep> Perform(Call call)
    {
        var name = _prepared.Find(call.Sql);
        if (name is null)
        {
            name = Work.NewName("s");
            yield return Ask(RawMessages.Parse(call.Sql, name), RawMessages.DescribeStatement(name), RawMessages.Sync());
            if (View.HasFailed)
            {
                yield break;
            }

            if (_prepared.Add(call.Sql, name) is { } evicted)
            {
                yield return Send(RawMessages.CloseStatement(evicted), RawMessages.Sync());
            }
        }

        byte[][] bound = [RawMessages.Bind(name, [.. call.Kind == CallKind.CopyIn ? [] : call.Values]), RawMessages.Execute(), RawMessages.Sync()];
        if (call.Kind != CallKind.CopyIn)
        {
            yield return Ask(bound);
        }
        else
        {
            yield return new DriverStep(DriverWait.Permission, bound);
            if (View.IsInCopy)
            {
                yield return Ask([.. DataOf(call), RawMessages.Sync()]);
            }
        }

        if (View.HasFailed && OneIn(2))
        {
            _prepared.Remove(call.Sql);
            yield return Send(RawMessages.CloseStatement(name), RawMessages.Sync());
        }
    }
}
