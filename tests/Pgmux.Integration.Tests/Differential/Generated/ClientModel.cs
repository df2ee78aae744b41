using System.Globalization;

namespace Pgmux.Integration.Tests.Differential.Generated;

/// <summary>
/// What PostgreSQL would know of one client: transaction, statements, portals, whether it skips to Sync. Each method writes one
/// message and follows its effects, as far as legality and the number of ReadyForQuery depend on them.
/// </summary>
internal sealed class ClientModel(int number, bool forgets)
{
    private readonly List<string> _lines = [];
    private readonly Dictionary<string, PreparedStatement> _statements = [];
    private readonly Dictionary<string, PreparedStatement> _portals = [];
    private bool _skips;

    public int Number { get; } = number;

    public ModelTransaction Transaction { get; private set; }

    /// <summary>Extended messages were sent since the last end of a cycle.</summary>
    public bool IsInCycle { get; private set; }

    /// <summary>
    /// A query stands between cycles, or is skipped. Inside a cycle the status that PostgreSQL reports behind it depends on the
    /// version, and a function call may raise an internal error.
    /// </summary>
    public bool MayQuery => !IsInCycle || _skips;

    /// <summary>ReadyForQuery messages that are owed.</summary>
    public int Owed { get; private set; }

    public string Table { get; } = string.Create(CultureInfo.InvariantCulture, $"t{number}");

    public IReadOnlyCollection<PreparedStatement> Statements => _statements.Values;

    public IReadOnlyDictionary<string, PreparedStatement> Portals => _portals;

    public bool CanSucceed => !_skips && Transaction != ModelTransaction.Failed;

    /// <summary>The lines since the last call, and how to wait for their answers.</summary>
    public IReadOnlyList<string> TakeLines()
    {
        string[] lines = [.. _lines];
        _lines.Clear();
        return lines;
    }

    public string WaitLine()
    {
        var owed = Owed;
        Owed = 0;
        return string.Create(CultureInfo.InvariantCulture, $"{Number}: until Z {owed}");
    }

    public void Send() => Write("send");

    public void Flush() => Write("H");

    public void Parse(PreparedStatement statement, bool breaks)
    {
        IsInCycle = true;
        Write($"P \"{statement.Name}\" \"{(breaks ? "SELEC" : Text(statement.Kind))}\"");
        if (_skips)
        {
            return;
        }

        if (statement.Name.Length == 0)
        {
            // Gone before the new text is even looked at.
            _statements.Remove("");
        }

        if (breaks || !CanSucceed || _statements.ContainsKey(statement.Name))
        {
            Fail();
        }
        else
        {
            _statements.Add(statement.Name, statement);
        }
    }

    /// <summary>Bind of a known statement, or of a name that nobody has.</summary>
    public void Bind(string portal, PreparedStatement? statement, bool breaks)
    {
        IsInCycle = true;
        var value = breaks ? statement?.Kind.BadForBind : statement?.Kind.Good;
        Write($"B \"{portal}\" \"{statement?.Name ?? "missing"}\" {{{(value is null ? "" : $"\"{value}\"")}}}");
        Settle(breaks || statement is null || (portal.Length > 0 && _portals.ContainsKey(portal)));
        if (CanSucceed)
        {
            _portals[portal] = statement!;
        }
    }

    /// <summary>Bind and Execute with a value that makes the latter fail.</summary>
    public void BindToFail(PreparedStatement statement)
    {
        IsInCycle = true;
        Write($"B \"\" \"{statement.Name}\" {{\"{statement.Kind.BadForExecute}\"}}");
        Write("E \"\" 0");
        Settle(fails: true);
    }

    public void DescribeStatement(PreparedStatement? statement)
    {
        IsInCycle = true;
        Write($"D S \"{statement?.Name ?? "missing"}\"");
        Settle(statement is null);
    }

    public void DescribePortal(string portal)
    {
        IsInCycle = true;
        Write($"D P \"{portal}\"");
        Settle(!_portals.ContainsKey(portal));
    }

    /// <summary>Execute; a portal that has come to its end is not for another one.</summary>
    public void Execute(string portal, int limit)
    {
        IsInCycle = true;
        Write(string.Create(CultureInfo.InvariantCulture, $"E \"{portal}\" {limit}"));
        Settle(!_portals.TryGetValue(portal, out var statement));
        if (CanSucceed && (limit == 0 || !statement!.Kind.IsSeries))
        {
            ClosePortalQuietly(portal);
        }
    }

    public void CloseStatement(string name)
    {
        IsInCycle = true;
        Write($"C S \"{name}\"");
        if (!_skips)
        {
            _statements.Remove(name);
        }
    }

    public void ClosePortal(string portal)
    {
        IsInCycle = true;
        Write($"C P \"{portal}\"");
        if (!_skips)
        {
            _portals.Remove(portal);
        }
    }

    public void Sync()
    {
        Write("S");
        Owed++;
        _skips = false;
        EndCycle();
    }

    /// <summary>A simple query that changes nothing, or fails.</summary>
    public void Query(string sql, bool fails) => Query(sql, fails, () => { });

    public void FunctionCall(bool fails)
    {
        Write(fails ? "F 154 {\"1\" \"0\"}" : "F 177 {\"40\" \"2\"}");
        if (!_skips)
        {
            Owed++;
            AfterQuery(fails || Transaction == ModelTransaction.Failed);
        }
    }

    public void Begin() => Query("BEGIN", fails: false, () => Transaction = ModelTransaction.Open);

    /// <summary>Ends the transaction, whatever has become of it.</summary>
    public void End(string sql)
    {
        Write($"Q \"{sql}\"");
        Owed++;
        Transaction = ModelTransaction.None;
        _portals.Clear();
        _statements.Remove("");
        EndCycle();
    }

    /// <summary>SQL's PREPARE of a statement, executed at once when asked.</summary>
    public void Prepare(PreparedStatement statement, bool executes)
    {
        var sql = $"PREPARE {statement.Name} AS {Text(statement.Kind)}";
        Query(
            executes ? $"{sql}; EXECUTE {statement.Name}{Arguments(statement, breaks: false)}" : sql,
            _statements.ContainsKey(statement.Name),
            () => _statements.Add(statement.Name, statement));
    }

    public void ExecuteBySql(PreparedStatement? statement, bool breaks) => Query(
        statement is null ? "EXECUTE missing" : $"EXECUTE {statement.Name}{Arguments(statement, breaks)}", breaks || statement is null, () => { });

    public void Deallocate(PreparedStatement? statement) => Query(
        statement is null ? "DEALLOCATE missing" : $"DEALLOCATE {statement.Name}", statement is null, () => _statements.Remove(statement!.Name));

    public void DeallocateAll() => Query("DEALLOCATE ALL", fails: false, _statements.Clear);

    private void Query(string sql, bool fails, Action succeed)
    {
        Write($"Q \"{sql}\"");
        if (_skips)
        {
            return;
        }

        Owed++;
        _statements.Remove("");
        _portals.Remove("");
        var isRefused = fails || Transaction == ModelTransaction.Failed;
        if (!isRefused)
        {
            succeed();
        }

        AfterQuery(isRefused);
    }

    private void AfterQuery(bool failed)
    {
        if (failed && Transaction == ModelTransaction.Open)
        {
            Transaction = ModelTransaction.Failed;
        }

        EndCycle();
    }

    /// <summary>Without a block the transaction ends here: portals go, and so does what a server keeps of a client that it forgets.</summary>
    private void EndCycle()
    {
        IsInCycle = false;
        if (Transaction != ModelTransaction.None)
        {
            return;
        }

        _portals.Clear();
        if (forgets)
        {
            _statements.Clear();
        }
    }

    private void Settle(bool fails)
    {
        if (!_skips && (fails || Transaction == ModelTransaction.Failed))
        {
            Fail();
        }
    }

    private void Fail()
    {
        _skips = true;
        _portals.Clear();
        if (Transaction == ModelTransaction.Open)
        {
            Transaction = ModelTransaction.Failed;
        }
    }

    private void ClosePortalQuietly(string portal)
    {
        // Still there for the server; here it is only no longer used.
        if (portal.Length > 0)
        {
            Write($"C P \"{portal}\"");
        }

        _portals.Remove(portal);
    }

    private static string Arguments(PreparedStatement statement, bool breaks) =>
        statement.Kind.Good is null ? "" : $"('{(breaks ? statement.Kind.BadForBind : statement.Kind.Good)}')";

    private string Text(StatementKind kind) => string.Format(CultureInfo.InvariantCulture, kind.Text, Table);

    private void Write(string line) => _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{Number}: {line}"));
}
