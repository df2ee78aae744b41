using System.Globalization;
using System.Text.RegularExpressions;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.FakePostgres;

/// <summary>
/// A backend's side of the protocol after the login: which replies it owes to which message, when it skips, what COPY eats.
/// Written from the manual's "Message Flow" and postgres.c, and not from pgmux. The statements are a small language of its own,
/// see <see cref="Run"/>.
/// </summary>
internal sealed partial class PostgresModel(RuntimeParameters parameters)
{
    /// <summary>Instead of a reply: the statement waits until somebody lets it go on or cancels it.</summary>
    public static readonly byte[] Wait = [];

    private readonly Dictionary<string, string> _statements = [];
    private readonly Dictionary<string, string> _portals = [];
    private readonly Queue<string> _pending = [];
    private bool _isSkipping;
    private bool _isExtended;
    private CopyIn? _copy;

    private sealed record CopyIn(int FailAtRow, bool FailsAtEnd)
    {
        public int Rows { get; set; }
    }

    /// <summary>I, T or E, as ReadyForQuery says it.</summary>
    public char Status { get; private set; } = 'I';

    /// <summary>Set before a waiting statement goes on: it was cancelled.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>The connection is to be closed.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether it waits for any next request, and not for Sync or for COPY data.</summary>
    public bool IsAtRest => !_isSkipping && _copy is null;

    /// <summary>Whether an extended query has begun and has had no Sync: its implicit transaction is open.</summary>
    public bool HasOpenExtendedQuery { get; private set; }

    /// <summary>Statements that were executed, in order.</summary>
    public List<string> Executed { get; } = [];

    /// <summary>The replies to one message.</summary>
    public IEnumerable<byte[]> Handle(RawMessage message)
    {
        if (_copy is not null)
        {
            return HandleInCopy(message);
        }

        _isExtended = message.Type switch
        {
            'P' or 'B' or 'D' or 'E' or 'C' or 'H' => true,
            _ => false,
        };
        if (message.Type == 'X')
        {
            HasEnded = true;
            return [];
        }

        if (message.Type == 'S')
        {
            _isSkipping = false;
            HasOpenExtendedQuery = false;
            return Sync();
        }

        if (_isSkipping)
        {
            return [];
        }

        HasOpenExtendedQuery = message.Type switch
        {
            'P' or 'B' or 'D' or 'E' => true,
            'Q' or 'F' => false,
            _ => HasOpenExtendedQuery,
        };
        return HandleNext(message);
    }

    private IEnumerable<byte[]> HandleNext(RawMessage message)
    {
        switch (message.Type)
        {
            case 'Q':
                _portals.Remove("");
                return Query(StringAt(message, 0));
            case 'P':
                return Parse(StringAt(message, 0), StringAt(message, 1));
            case 'B':
                return Bind(StringAt(message, 0), StringAt(message, 1));
            case 'D':
                return Describe(message);
            case 'E':
                return Execute(StringAt(message, 0), message.Body[^1]);
            case 'C':
                (message.Body[0] == 'S' ? _statements : _portals).Remove(StringAt(message, 0)[1..]);
                return [Replies.CloseComplete()];
            case 'F':
                return FunctionCall(message);
            case 'H' or 'd' or 'c' or 'f':
                return [];
            default:
                HasEnded = true;
                return [Replies.Fatal("08P01", $"invalid frontend message type {(int)message.Type}")];
        }
    }

    private IEnumerable<byte[]> Query(string sql)
    {
        foreach (var statement in SqlText.Split(sql, parameters.HasStandardStrings))
        {
            _pending.Enqueue(statement);
        }

        return _pending.Count == 0 ? [Replies.EmptyQueryResponse(), .. Ready()] : RunPending();
    }

    // The statements of a Query, one after the other; a COPY FROM STDIN among them goes on when its data has come.
    private IEnumerable<byte[]> RunPending()
    {
        while (_pending.TryDequeue(out var statement))
        {
            var hasFailed = false;
            foreach (var reply in Run(statement, describesRows: true))
            {
                hasFailed |= reply.Length > 0 && reply[0] == 'E';
                yield return reply;
            }

            if (hasFailed || _copy is not null || HasEnded)
            {
                yield break;
            }
        }

        foreach (var reply in Ready())
        {
            yield return reply;
        }
    }

    private IEnumerable<byte[]> Parse(string name, string sql)
    {
        if (sql.StartsWith("PARSEFAIL", StringComparison.Ordinal))
        {
            return Fail("42601", "syntax error");
        }

        if (Status == 'E' && !IsEnd(sql))
        {
            return Aborted();
        }

        if (name.Length > 0 && _statements.ContainsKey(name))
        {
            return Fail("42P05", $"prepared statement \"{name}\" already exists");
        }

        _statements[name] = sql;
        return [Replies.ParseComplete()];
    }

    private IEnumerable<byte[]> Bind(string portal, string name)
    {
        if (!_statements.TryGetValue(name, out var sql))
        {
            return Fail("26000", $"prepared statement \"{name}\" does not exist");
        }

        if (sql.StartsWith("BINDFAIL", StringComparison.Ordinal))
        {
            return Fail("22P02", "invalid input syntax");
        }

        _portals[portal] = sql;
        return [Replies.BindComplete()];
    }

    private IEnumerable<byte[]> Describe(RawMessage message)
    {
        var name = StringAt(message, 0)[1..];
        var isStatement = message.Body[0] == 'S';
        if (!(isStatement ? _statements : _portals).TryGetValue(name, out var sql))
        {
            return isStatement
                ? Fail("26000", $"prepared statement \"{name}\" does not exist")
                : Fail("34000", $"portal \"{name}\" does not exist");
        }

        var rows = ReturnsRows(sql) ? Replies.RowDescription() : Replies.NoData();
        return isStatement ? [Replies.ParameterDescription(), rows] : [rows];
    }

    private IEnumerable<byte[]> Execute(string portal, int maximumRows)
    {
        if (!_portals.TryGetValue(portal, out var sql))
        {
            return Fail("34000", $"portal \"{portal}\" does not exist");
        }

        if (sql.Length == 0)
        {
            return [Replies.EmptyQueryResponse()];
        }

        return maximumRows > 0 && ReturnsRows(sql) ? RunWithLimit(portal, sql) : Run(sql, describesRows: false);
    }

    // A row limit suspends the portal once, after its first row.
    private IEnumerable<byte[]> RunWithLimit(string portal, string sql)
    {
        const string Rest = "REST ";
        if (sql.StartsWith(Rest, StringComparison.Ordinal))
        {
            return [Replies.CommandComplete("SELECT 1")];
        }

        Executed.Add(sql);
        _portals[portal] = Rest + sql;
        return [Replies.DataRow(Argument(sql)), Replies.PortalSuspended()];
    }

    private IEnumerable<byte[]> FunctionCall(RawMessage message) =>
        message.Body[3] == 0 ? Fail("42883", "function does not exist") : [Replies.FunctionCallResponse(), .. Ready()];

    private IEnumerable<byte[]> Sync()
    {
        _portals.Clear();
        return Ready();
    }

    /// <summary>
    /// BEGIN, COMMIT, ROLLBACK, SET, RESET, DISCARD ALL, SHOW name;
    /// SELECT text (a row with the text), ROWS count bytes, COPY OUT rows, COPY IN [FAIL row | FAIL END], NOTICE text,
    /// NOTIFY channel, WAIT, FAIL [sqlstate], FATAL, STATUS name=value. Whatever else is said is done and has no rows.
    /// </summary>
    private IEnumerable<byte[]> Run(string sql, bool describesRows)
    {
        var word = sql.Split(' ', 2)[0].ToUpperInvariant();
        if (Status == 'E' && !IsEnd(sql))
        {
            return Aborted();
        }

        Executed.Add(sql);
        parameters.Begin();
        switch (word)
        {
            case "BEGIN":
                Status = 'T';
                return [Replies.CommandComplete("BEGIN")];
            case "COMMIT" or "ROLLBACK":
                return [Replies.CommandComplete(End(word))];
            case "SET":
                return Set(sql);
            case "RESET":
                return Reset(sql);
            case "DISCARD":
                parameters.ResetAll();
                _statements.Clear();
                return [Replies.CommandComplete("DISCARD ALL")];
            case "SHOW":
                return Rows([parameters[SqlText.Unquote(Argument(sql))]], describesRows, "SHOW");
            case "SELECT":
                return SetConfig().Match(sql) is { Success: true } match ? SetBy(match, describesRows) : Rows([Argument(sql)], describesRows, "SELECT 1");
            case "REST":
                return [Replies.CommandComplete("SELECT 1")];
            case "ROWS":
                return ManyRows(Argument(sql), describesRows);
            case "WAIT":
                return WaitForSignal(describesRows);
            case "COPY":
                return Copy(sql.Split(' '));
            case "NOTICE":
                return [Replies.Notice(Argument(sql)), Replies.CommandComplete("DO")];
            case "NOTIFY":
                return [Replies.Notification(Argument(sql)), Replies.CommandComplete("NOTIFY")];
            case "FAIL":
                return Fail(Argument(sql) is { Length: 5 } state ? state : "22012", "division by zero");
            case "FATAL":
                HasEnded = true;
                return [Replies.Fatal("57P01", "terminating connection due to administrator command")];
            default:
                return [Replies.CommandComplete(word)];
        }
    }

    private static IEnumerable<byte[]> Rows(string[] values, bool describesRows, string tag)
    {
        if (describesRows)
        {
            yield return Replies.RowDescription();
        }

        foreach (var value in values)
        {
            yield return Replies.DataRow(value);
        }

        yield return Replies.CommandComplete(tag);
    }

    private static IEnumerable<byte[]> ManyRows(string argument, bool describesRows)
    {
        var numbers = argument.Split(' ').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return Rows([.. Enumerable.Repeat(new string('x', numbers[1]), numbers[0])], describesRows, $"SELECT {numbers[0]}");
    }

    private IEnumerable<byte[]> WaitForSignal(bool describesRows)
    {
        yield return Wait;
        var isCancelled = IsCancelled;
        IsCancelled = false;
        foreach (var reply in isCancelled
            ? Fail("57014", "canceling statement due to user request")
            : Rows(["waited"], describesRows, "SELECT 1"))
        {
            yield return reply;
        }
    }

    private IEnumerable<byte[]> Copy(string[] words)
    {
        if (words[1] == "OUT")
        {
            var rows = int.Parse(words[2], CultureInfo.InvariantCulture);
            return
            [
                Replies.CopyOutResponse(),
                .. Enumerable.Range(0, rows).Select(row => Replies.CopyData($"{row}\n")),
                Replies.CopyDone(),
                Replies.CommandComplete($"COPY {rows}"),
            ];
        }

        var failAt = words is [_, _, "FAIL", var row1] && row1 != "END" ? int.Parse(row1, CultureInfo.InvariantCulture) : -1;
        _copy = new CopyIn(failAt, words is [_, _, "FAIL", "END"]);
        return failAt == 0 ? [Replies.CopyInResponse(), .. Fail("23505", "duplicate key")] : [Replies.CopyInResponse()];
    }

    // What COPY FROM STDIN reads by itself: data, its end, and Flush and Sync, which it ignores.
    private IEnumerable<byte[]> HandleInCopy(RawMessage message)
    {
        var copy = _copy!;
        switch (message.Type)
        {
            case 'd':
                return ++copy.Rows == copy.FailAtRow ? Fail("23505", "duplicate key") : [];
            case 'H' or 'S':
                return [];
            case 'c' when copy.FailsAtEnd:
                return Fail("23503", "violates foreign key constraint");
            case 'c':
                _copy = null;
                var done = Replies.CommandComplete($"COPY {copy.Rows}");
                return _isExtended ? [done] : RunPending().Prepend(done);
            case 'f':
                return Fail("57014", $"COPY from stdin failed: {StringAt(message, 0)}");
            default:
                HasEnded = true;
                return
                [
                    Replies.Error("08P01", $"unexpected message type 0x{(int)message.Type:X2} during COPY from stdin"),
                    Replies.Fatal("08P01", "terminating connection because protocol synchronization was lost"),
                ];
        }
    }

    private IEnumerable<byte[]> Set(string sql)
    {
        var match = SetStatement().Match(sql);
        var name = SqlText.Unquote(match.Groups["name"].Value);
        var value = SqlText.Unquote(match.Groups["value"].Value, parameters.HasStandardStrings);
        return parameters.TrySet(name, value)
            ? [Replies.CommandComplete("SET")]
            : Fail("22023", $"invalid value for parameter \"{name}\": \"{value}\"");
    }

    private IEnumerable<byte[]> SetBy(Match match, bool describesRows)
    {
        var value = SqlText.Unquote(match.Groups["value"].Value, parameters.HasStandardStrings);
        parameters.TrySet(SqlText.Unquote(match.Groups["name"].Value), value);
        return Rows([value], describesRows, "SELECT 1");
    }

    private IEnumerable<byte[]> Reset(string sql)
    {
        var name = SqlText.Unquote(Argument(sql));
        if (string.Equals(name, "ALL", StringComparison.OrdinalIgnoreCase))
        {
            parameters.ResetAll();
        }
        else
        {
            parameters.Reset(name);
        }

        return [Replies.CommandComplete("RESET")];
    }

    private string End(string word)
    {
        var hasFailed = Status == 'E';
        Status = 'I';
        if (hasFailed || word == "ROLLBACK")
        {
            parameters.RollBack();
            return "ROLLBACK";
        }

        parameters.Commit();
        return "COMMIT";
    }

    private IEnumerable<byte[]> Aborted() =>
        Fail("25P02", "current transaction is aborted, commands ignored until end of transaction block");

    // An error ends the message; in the extended protocol everything up to Sync with it, else the Query that it was in.
    private IEnumerable<byte[]> Fail(string sqlState, string message)
    {
        _pending.Clear();
        _copy = null;
        if (Status == 'T')
        {
            Status = 'E';
        }
        else if (Status == 'I')
        {
            parameters.RollBack();
        }

        _isSkipping = _isExtended;
        return _isExtended ? [Replies.Error(sqlState, message)] : [Replies.Error(sqlState, message), .. Ready()];
    }

    // Parameters that have changed are reported just before ReadyForQuery, since PostgreSQL 14.
    private IEnumerable<byte[]> Ready()
    {
        if (Status == 'I')
        {
            parameters.Commit();
        }

        return [.. parameters.TakeReports().Select(report => Replies.ParameterStatus(report.Name, report.Value)), Replies.ReadyForQuery(Status)];
    }

    private static bool IsEnd(string sql) => sql is "COMMIT" or "ROLLBACK";

    private static bool ReturnsRows(string sql) => sql.Split(' ')[0] is "SELECT" or "SHOW" or "ROWS" or "WAIT";

    private static string Argument(string sql) => sql.Split(' ', 2) is [_, var rest] ? rest : "";

    private static string StringAt(RawMessage message, int index) =>
        System.Text.Encoding.UTF8.GetString(message.Body).Split('\0')[index];

    [GeneratedRegex("""^SET\s+(?<name>"(?:[^"]|"")*"(?:\."(?:[^"]|"")*")*|[\w.]+)\s*(?:=|TO\b)\s*(?<value>.*)$""", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex SetStatement();

    [GeneratedRegex("""^SELECT pg_catalog\.set_config\((?<name>'[^']*'),(?<value>.*),false\)$""", RegexOptions.Singleline)]
    private static partial Regex SetConfig();
}
