using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers.Shapes;

/// <summary>
/// lib/pq for Go (conn.go): without values a simple query, else Parse, Describe, Sync of the statement without a name, and in the next
/// cycle Bind, Execute, Sync; Prepare gives names 1, 2, 3; COPY by CopyIn is a simple query.
/// </summary>
internal sealed class LibPq(DriverContext context) : Driver(context)
{
    private readonly StatementCache _named = new(limit: 4);

    protected override IEnumerable<DriverStep> Perform(Call call)
    {
        if (call.Kind == CallKind.CopyIn)
        {
            return CopyBySimpleQuery(call);
        }

        return call.Values.Count == 0 ? [Query(call.Sql)] : Prepared(call);
    }

    private IEnumerable<DriverStep> Prepared(Call call)
    {
        var name = _named.Find(call.Sql);
        if (name is null)
        {
            name = OneIn(2) ? "" : Work.NewName("");
            yield return Ask(RawMessages.Parse(call.Sql, name), RawMessages.DescribeStatement(name), RawMessages.Sync());
            if (View.HasFailed)
            {
                yield break;
            }
        }

        yield return Ask(RawMessages.Bind(name, [.. call.Values]), RawMessages.Execute(), RawMessages.Sync());
        if (View.HasFailed)
        {
            _named.Remove(call.Sql);
        }
        else if (name.Length > 0 && _named.Find(call.Sql) is null && _named.Add(call.Sql, name) is { } evicted)
        {
            yield return Ask(RawMessages.CloseStatement(evicted), RawMessages.Sync());
        }
    }
}
