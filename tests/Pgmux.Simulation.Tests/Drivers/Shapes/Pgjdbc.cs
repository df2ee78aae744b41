using Pgmux.Testing.Processes;

namespace Pgmux.Simulation.Tests.Drivers.Shapes;

/// <summary>
/// pgJDBC (pgjdbc/src/main/java/org/postgresql/core/v3/QueryExecutorImpl.java): BEGIN goes as an extended query ahead of the first
/// statement and in the same cycle; a statement is Parse, Bind, Describe, Execute, Sync and gets a name at its fifth use; with a fetch
/// size its portal has a name and rows come in parts, each with a Sync; a batch has one Sync, or one in the middle of it; closes of
/// statements and portals that nobody needs any more go ahead of whatever comes next.
/// </summary>
internal sealed class Pgjdbc(DriverContext context) : Driver(context)
{
    // prepareThreshold.
    private const int UsesBeforeName = 5;

    private readonly Dictionary<string, int> _uses = [];
    private readonly StatementCache _named = new(limit: 8);
    private readonly List<byte[]> _preamble = [];

    protected override IEnumerable<DriverStep> Begin()
    {
        _preamble.AddRange([RawMessages.Parse("BEGIN"), RawMessages.Bind(), RawMessages.Execute()]);
        return [];
    }

    protected override IEnumerable<DriverStep> End(string sql) =>
        [Ask([.. TakePreamble(), RawMessages.Parse(sql), RawMessages.Bind(), RawMessages.Execute(rows: 1), RawMessages.Sync()])];

    protected override IEnumerable<DriverStep> Perform(Call call)
    {
        if (call.Kind == CallKind.CopyIn)
        {
            // The CopyManager asks by a simple query, behind a BEGIN that waits for company no longer.
            return [Ask([.. TakePreamble(), RawMessages.Sync()]), .. CopyBySimpleQuery(call)];
        }

        if (call.IsLong && View.Status == 'T')
        {
            return Fetch(call);
        }

        return call.Values.Count > 0 && OneIn(4) ? Batch(call) : Once(call);
    }

    private IEnumerable<DriverStep> Once(Call call)
    {
        var name = NameOf(call.Sql, out var parse);
        yield return Ask(
        [
            .. TakePreamble(), .. parse, RawMessages.Bind(name, [.. call.Values]), RawMessages.DescribePortal(), RawMessages.Execute(), RawMessages.Sync(),
        ]);
        Forget(call, name);
    }

    // addBatch, executeBatch: described first, then bound as often as there are values.
    private IEnumerable<DriverStep> Batch(Call call)
    {
        var name = NameOf(call.Sql, out var parse);
        IEnumerable<byte[]> bound = Enumerable.Range(0, 3)
            .SelectMany(_ => new[] { RawMessages.Bind(name, [.. call.Values.Select(_ => Work.Mark())]), RawMessages.DescribePortal(), RawMessages.Execute(rows: 1) });
        yield return Ask(
        [
            .. TakePreamble(), .. parse, RawMessages.DescribeStatement(name), .. Work.HasStatements && OneIn(3) ? [RawMessages.Sync()] : Array.Empty<byte[]>(),
            .. bound, RawMessages.Sync(),
        ]);
        Forget(call, name);
    }

    private IEnumerable<DriverStep> Fetch(Call call)
    {
        var portal = Work.NewName("C_");
        var name = NameOf(call.Sql, out var parse);
        yield return Ask(
        [
            .. TakePreamble(), .. parse, RawMessages.BindPortal(portal, name, [.. call.Values]), RawMessages.DescribePortal(portal),
            RawMessages.Execute(portal, Random.Next(1, 10)), RawMessages.Sync(),
        ]);
        for (var fetches = Random.Next(5); fetches > 0 && View.IsSuspended; fetches--)
        {
            yield return Ask(RawMessages.Execute(portal, Random.Next(1, 10)), RawMessages.Sync());
        }

        _preamble.Add(RawMessages.ClosePortal(portal));
        Forget(call, name);
    }

    private string NameOf(string sql, out byte[][] parse)
    {
        parse = [];
        if (_named.Find(sql) is { } known)
        {
            return known;
        }

        _uses[sql] = _uses.GetValueOrDefault(sql) + 1;
        var name = Work.HasStatements && _uses[sql] >= UsesBeforeName ? Work.NewName("S_") : "";
        if (name.Length > 0 && _named.Add(sql, name) is { } evicted)
        {
            _preamble.Add(RawMessages.CloseStatement(evicted));
        }

        parse = [RawMessages.Parse(sql, name)];
        return name;
    }

    // After an error the statement is prepared anew, and its old name is closed.
    private void Forget(Call call, string name)
    {
        if (View.HasFailed && name.Length > 0)
        {
            _named.Remove(call.Sql);
            _preamble.Add(RawMessages.CloseStatement(name));
        }
    }

    private byte[][] TakePreamble()
    {
        byte[][] taken = [.. _preamble];
        _preamble.Clear();
        return taken;
    }
}
