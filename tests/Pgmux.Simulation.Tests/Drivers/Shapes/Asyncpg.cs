using System.Globalization;
using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers.Shapes;

/// <summary>
/// asyncpg (asyncpg/protocol/coreproto.pyx): a statement is Parse and Describe with Flush, then Bind, Execute, Sync; executemany puts a
/// Flush behind every few of them; names are __asyncpg_stmt_1__ and so on; cursors fetch in parts; when a connection goes back to
/// asyncpg's pool a simple query resets what the session may hold (asyncpg/connection.py), RESET ALL among it.
/// </summary>
internal sealed class Asyncpg(DriverContext context) : Driver(context)
{
    private readonly StatementCache _prepared = new(limit: 6);
    private int _names;

    protected override IEnumerable<DriverStep> Perform(WorkUnit unit)
    {
        foreach (var step in base.Perform(unit))
        {
            yield return step;
        }

        if (OneIn(6))
        {
            yield return Query("SELECT pg_advisory_unlock_all;\nCLOSE ALL;\nUNLISTEN *;\nRESET ALL;");
            yield return Rest();
        }
    }

    protected override IEnumerable<DriverStep> Perform(Call call)
    {
        if (call.Kind != CallKind.Plain)
        {
            return call.Kind == CallKind.CopyIn ? CopyBySimpleQuery(call) : [Query(call.Sql)];
        }

        // execute() without values is a simple query.
        return call.Values.Count == 0 && !call.IsLong && OneIn(2) ? [Query(call.Sql)] : Prepared(call);
    }

    private IEnumerable<DriverStep> Prepared(Call call)
    {
        var name = _prepared.Find(call.Sql);
        if (name is null)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"__asyncpg_stmt_{++_names}__");
            yield return Ask(RawMessages.Parse(call.Sql, name), RawMessages.DescribeStatement(name), RawMessages.Flush());
            if (View.HasFailed)
            {
                yield return Ask(RawMessages.Sync());
                yield break;
            }
        }

        foreach (var step in call.IsLong && View.Status == 'T' ? Cursor(call, name) : call.Values.Count > 0 && OneIn(5) ? Many(call, name) : Once(call, name))
        {
            yield return step;
        }

        if (View.HasFailed)
        {
            _prepared.Remove(call.Sql);
        }
        else if (_prepared.Find(call.Sql) is null && _prepared.Add(call.Sql, name) is { } evicted)
        {
            yield return Ask(RawMessages.CloseStatement(evicted), RawMessages.Sync());
        }
    }

    private static IEnumerable<DriverStep> Once(Call call, string name) =>
        [Ask(RawMessages.Bind(name, [.. call.Values]), RawMessages.Execute(), RawMessages.Sync())];

    private IEnumerable<DriverStep> Many(Call call, string name)
    {
        for (var count = 0; count < 3; count++)
        {
            yield return Ask(RawMessages.Bind(name, [.. call.Values.Select(_ => Work.Mark())]), RawMessages.Execute(), RawMessages.Flush());
        }

        yield return Ask(RawMessages.Sync());
    }

    private IEnumerable<DriverStep> Cursor(Call call, string name)
    {
        var portal = Work.NewName("__asyncpg_portal_");
        yield return Ask(RawMessages.BindPortal(portal, name, [.. call.Values]), RawMessages.Execute(portal, 3), RawMessages.Sync());
        while (View.IsSuspended)
        {
            yield return Ask(RawMessages.Execute(portal, 3), RawMessages.Sync());
        }

        if (!View.HasFailed)
        {
            yield return Ask(RawMessages.ClosePortal(portal), RawMessages.Sync());
        }
    }
}
