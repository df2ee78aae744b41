namespace Pgmux.Testing.FakePostgres;

/// <summary>
/// Runs the statements of the model's little language:
/// BEGIN, COMMIT, ROLLBACK, SET, RESET, DISCARD, SHOW name, PREPARE, EXECUTE, DEALLOCATE;
/// SELECT text (a row with the text, in which $1 stands for a parameter; a literal gives its value), TABLE name (a row with the name,
/// where tables exist), LOOKUP $1 (name and secret of a role, see <see cref="FakeRoles"/>), INSERT text (a row of the <see cref="Ledger"/>, where $1 stands for a parameter), ROWS count bytes [tag],
/// NOISY count tag (a notice ahead of each row), COPY OUT rows [tag], COPY IN [tag | FAIL row | FAIL END], NOTICE text, NOTIFY channel, LISTEN channel, UNLISTEN channel or *,
/// WAIT [tag] (until somebody lets it go on), SLEEP milliseconds [tag], FAIL [sqlstate], FATAL. PARSEFAIL does not parse. Whatever else is said is done and has no rows.
/// </summary>
internal sealed class StatementRunner(
    RuntimeParameters parameters, PreparedStatements statements, Portals portals, TransactionBlock transaction, FakeDatabase database)
{
    /// <summary>Instead of a reply: the statement waits until somebody lets it go on or cancels it.</summary>
    public static readonly byte[] Wait = [];

    private readonly ParameterCommands _parameters = new(parameters);
    private readonly ModelRows _rows = new(parameters, database.Roles);

    // A statement may EXECUTE itself.
    private const int DeepestExecute = 100;

    /// <summary>A cancel has come that the statement under way has not seen yet.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>How long the statement wants to wait that has just said so; null: until somebody lets it go on.</summary>
    public TimeSpan? WaitTime { get; private set; }

    /// <summary>The connection is to be closed.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The COPY FROM STDIN that reads what comes next.</summary>
    public CopyIn? Copy { get; set; }

    /// <summary>Statements that were executed, in order.</summary>
    public List<string> Executed { get; } = [];

    /// <summary>The channels that LISTEN was said for.</summary>
    public HashSet<string> Channels { get; } = [];

    /// <summary>The tag of a statement that has returned so many rows.</summary>
    public static string TagOf(ModelStatement statement, int rows) => statement.Word == "SHOW" ? "SHOW" : $"SELECT {rows}";

    /// <summary>Parse analysis of a statement that is to be prepared.</summary>
    public void Analyze(PreparedStatement prepared)
    {
        Analyze(prepared.Statement);
        prepared.ReturnsRows = ReturnsRows(prepared.Statement);
    }

    /// <summary>What the plan cache finds wrong with a statement that was prepared earlier.</summary>
    public void Revalidate(PreparedStatement prepared)
    {
        Analyze(prepared.Statement);
        if (prepared.IsStale)
        {
            throw PostgresErrorException.StalePlan();
        }
    }

    /// <summary>Whether a statement returns rows, as far as can be said without running it: EXECUTE of an unknown name does not.</summary>
    public bool ReturnsRows(ModelStatement? statement) => statement?.Command is { Verb: PreparedVerb.Execute, Name: var name }
        ? statements.Find(name) is { ReturnsRows: true }
        : statement is { ReturnsRows: true };

    /// <summary>What describes the rows of a statement.</summary>
    public byte[] DescriptionOf(ModelStatement? statement) => _rows.DescriptionOf(statement);

    /// <summary>Runs a statement of a Query, with the description of its rows.</summary>
    public IEnumerable<byte[]> Run(ModelStatement statement, bool isAlone)
    {
        Begin(statement);
        Analyze(statement);
        if (statement.ParameterCount > 0)
        {
            throw UnknownParameter(statement.Text);
        }

        var portal = new Portal("", statement, []);
        return ReturnsRows(statement)
            ? Open(portal).Append(DescriptionOf(statement)).Concat(Fetch(portal, 0))
            : RunCommand(portal, isAlone);
    }

    /// <summary>Runs a portal, or fetches on from it.</summary>
    public IEnumerable<byte[]> Execute(Portal portal, int limit, bool isAlone)
    {
        if (portal.State == PortalState.Open)
        {
            return Fetch(portal, limit);
        }

        var hasRows = ReturnsRows(portal.Statement);
        if (!hasRows)
        {
            portal.Start();
        }

        Begin(portal.Statement!);
        return hasRows ? Open(portal).Concat(Fetch(portal, limit)) : RunCommand(portal, isAlone);
    }

    private void Analyze(ModelStatement? statement)
    {
        if (statement is { Word: "TABLE" } && !database.HasTables)
        {
            throw new PostgresErrorException("42P01", $"relation \"{statement.Argument}\" does not exist");
        }
    }

    /// <summary>Where PostgreSQL looks whether it was cancelled: before a statement, between rows, in a wait, between rows of COPY.</summary>
    public void CheckForInterrupts()
    {
        if (IsCancelled)
        {
            IsCancelled = false;
            throw new PostgresErrorException("57014", "canceling statement due to user request");
        }
    }

    private IEnumerable<byte[]> Fetch(Portal portal, int limit)
    {
        foreach (var reply in portal.Fetch(limit))
        {
            if (reply[0] == 'D')
            {
                CheckForInterrupts();
            }

            yield return reply;
        }
    }

    private void Begin(ModelStatement statement)
    {
        CheckForInterrupts();
        Executed.Add(statement.Text);
        transaction.BeginStatement();
    }

    // Yields nothing but Wait; behind it the portal has its rows.
    private IEnumerable<byte[]> Open(Portal portal)
    {
        var (statement, values) = Resolve(portal);
        if (statement.Word is "WAIT" or "SLEEP" || (statement.Word == "LOOKUP" && database.Roles.Holds))
        {
            WaitTime = statement.Word == "SLEEP" ? TimeSpan.FromMilliseconds(StatementGrammar.Number(statement.Argument.Split(' ')[0])) : null;
            yield return Wait;
            CheckForInterrupts();
        }

        portal.Open(statement, _rows.Of(statement, values));
    }

    // EXECUTE stands for the statement that it names, with its own arguments.
    private (ModelStatement Statement, IReadOnlyList<string?> Values) Resolve(Portal portal)
    {
        var (statement, values) = (portal.Statement!, portal.Values);
        for (var depth = 0; statement.Command is { Verb: PreparedVerb.Execute } command; depth++)
        {
            if (depth == DeepestExecute)
            {
                throw new PostgresErrorException("54001", "stack depth limit exceeded");
            }

            var prepared = statements.Named(command.Name);
            // PostgreSQL looks at the arguments only when the statement has parameters.
            IReadOnlyList<string> arguments = prepared.Types.Count > 0 ? command.List : [];
            if (arguments.Count != prepared.Types.Count)
            {
                throw PostgresErrorException.Syntax($"wrong number of parameters for prepared statement \"{command.Name}\"");
            }

            if (arguments.FirstOrDefault(argument => SqlText.CountParameters(argument) > 0) is { } parameter)
            {
                throw UnknownParameter(parameter);
            }

            Revalidate(prepared);
            values = [.. arguments.Select(argument => SqlText.Evaluate(argument, []))];
            if (prepared.Statement is not { } next)
            {
                // Nothing runs, and the tag is EXECUTE's own.
                return (statement, []);
            }

            statement = next;
        }

        return (statement, values);
    }

    private IEnumerable<byte[]> RunCommand(Portal portal, bool isAlone)
    {
        var (statement, values) = Resolve(portal);
        switch (statement.Word)
        {
            case "BEGIN":
                transaction.BeginBlock();
                return Complete("BEGIN");
            case "COMMIT" or "ROLLBACK":
                return Complete(transaction.EndBlock(statement.Word));
            case "SET":
                return Complete(_parameters.Set(statement.Text));
            case "RESET":
                return Complete(_parameters.Reset(statement.Argument));
            case "DISCARD":
                return Discard(statement.Argument.ToUpperInvariant(), isAlone, isNested: statement != portal.Statement);
            case "PREPARE" or "DEALLOCATE" when statement.Command is { } command:
                return RunPrepared(command);
            case "COPY":
                return RunCopy(statement.Argument.Split(' '));
            case "INSERT":
                transaction.Insert(SqlText.Evaluate(statement.Argument, values) ?? "NULL");
                return Complete("INSERT 0 1");
            case "NOTICE":
                return [Replies.Notice(statement.Argument), .. Complete("DO")];
            case "NOTIFY":
                return [Replies.Notification(statement.Argument), .. Complete("NOTIFY")];
            case "LISTEN":
                Channels.Add(statement.Argument);
                return Complete("LISTEN");
            case "UNLISTEN":
                Channels.RemoveWhere(channel => statement.Argument is "*" || statement.Argument == channel);
                return Complete("UNLISTEN");
            case "FAIL":
                throw new PostgresErrorException(statement.Argument is { Length: 5 } state ? state : "22012", "division by zero");
            case "FATAL":
                HasEnded = true;
                return [Replies.Fatal("57P01", "terminating connection due to administrator command")];
            default:
                return Complete(statement.Word);
        }
    }

    private static byte[][] Complete(string tag) => [Replies.CommandComplete(tag)];

    private IEnumerable<byte[]> RunPrepared(PreparedCommand command)
    {
        switch (command.Verb)
        {
            case PreparedVerb.Prepare:
                var prepared = PreparedStatement.OfPrepare(command, parameters.HasStandardStrings);
                Analyze(prepared);
                statements.Store(command.Name, prepared);
                return Complete("PREPARE");
            case PreparedVerb.Deallocate:
                statements.Deallocate(command.Name);
                return Complete("DEALLOCATE");
            default:
                statements.DeallocateAll();
                return Complete("DEALLOCATE ALL");
        }
    }

    private IEnumerable<byte[]> Discard(string what, bool isAlone, bool isNested)
    {
        if (what == "ALL")
        {
            transaction.RequireNone("DISCARD ALL", isAlone);
            if (isNested)
            {
                throw new PostgresErrorException("25001", "DISCARD ALL cannot be executed from a function");
            }

            parameters.ResetAll();
            statements.DeallocateAll();
            portals.Clear();
            Channels.Clear();
            transaction.EndCycle();
        }

        return Complete($"DISCARD {what}");
    }

    private IEnumerable<byte[]> RunCopy(string[] words)
    {
        if (words[0] == "OUT")
        {
            return CopyOut(StatementGrammar.Number(words[1]), words is [_, _, var tag] ? $"{tag}:" : "");
        }

        Copy = new CopyIn(words);
        return BeginCopyIn(Copy);
    }

    private IEnumerable<byte[]> CopyOut(int rows, string tag)
    {
        yield return Replies.CopyOutResponse();
        for (var row = 0; row < rows; row++)
        {
            CheckForInterrupts();
            yield return Replies.CopyData($"{tag}{row}\n");
        }

        yield return Replies.CopyDone();
        yield return Replies.CommandComplete($"COPY {rows}");
    }

    private static IEnumerable<byte[]> BeginCopyIn(CopyIn copy)
    {
        yield return Replies.CopyInResponse();
        if (copy.FailsAtOnce)
        {
            throw CopyIn.DuplicateKey();
        }
    }

    private static PostgresErrorException UnknownParameter(string sql) =>
        new("42P02", $"there is no parameter ${SqlText.CountParameters(sql)}");
}
