using Pgmux.Testing.Processes;

namespace Pgmux.Testing.FakePostgres;

/// <summary>
/// A backend's side of the protocol after the login: which replies it owes to which message, when it skips, what COPY eats, what
/// becomes of statements and portals. Written from the manual's "Message Flow", postgres.c, prepare.c and plancache.c, and not from
/// pgmux. The statements are a small language of its own, see <see cref="StatementRunner"/>.
/// </summary>
internal sealed class PostgresModel
{
    private readonly RuntimeParameters _parameters;
    private readonly Portals _portals = new();
    private readonly TransactionBlock _transaction;
    private readonly StatementRunner _runner;
    private readonly ExtendedQuery _extended;
    private readonly Queue<ModelStatement> _pending = [];
    private bool _isSkipping;
    private bool _isExtended;
    private bool _isAlone;

    public PostgresModel(RuntimeParameters parameters, FakeDatabase? database = null)
    {
        var shared = database ?? new FakeDatabase();
        _parameters = parameters;
        Statements = new PreparedStatements(shared);
        _transaction = new TransactionBlock(parameters, _portals, shared.Ledger);
        _runner = new StatementRunner(parameters, Statements, _portals, _transaction, shared);
        _extended = new ExtendedQuery(parameters, Statements, _portals, _transaction, _runner);
    }

    /// <summary>I, T or E, as ReadyForQuery says it.</summary>
    public char Status => _transaction.Status;

    /// <summary>A cancel has come that the statement under way has not seen yet.</summary>
    public bool IsCancelled
    {
        get => _runner.IsCancelled;
        set => _runner.IsCancelled = value;
    }

    /// <summary>How long the statement wants to wait that has just said so; null: until somebody lets it go on.</summary>
    public TimeSpan? WaitTime => _runner.WaitTime;

    /// <summary>Whether COPY FROM STDIN reads what comes next.</summary>
    public bool IsInCopyIn => _runner.Copy is not null;

    /// <summary>The connection is to be closed.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether it waits for any next request, and not for Sync or for COPY data.</summary>
    public bool IsAtRest => !_isSkipping && _runner.Copy is null;

    /// <summary>Whether everything up to the next Sync is skipped.</summary>
    public bool IsSkipping => _isSkipping;

    /// <summary>Whether an extended query has begun and has had no Sync: its implicit transaction is open.</summary>
    public bool HasOpenExtendedQuery { get; private set; }

    /// <summary>Statements that were executed, in order.</summary>
    public IReadOnlyList<string> Executed => _runner.Executed;

    public PreparedStatements Statements { get; }

    /// <summary>What the next owner of this session would find of the last one; null when there is nothing, but for parameters.</summary>
    public string? DirtyState =>
        Status != 'I' ? $"transaction status {Status}"
        : _runner.Copy is not null ? "COPY waits for data"
        : _isSkipping ? "skips to Sync"
        : HasOpenExtendedQuery ? "no Sync has come"
        : _portals.Names is { Count: > 0 } portals ? $"portals {string.Join(", ", portals)}"
        : Statements.ClientNames is { Count: > 0 } names ? $"statements {string.Join(", ", names)}"
        : _runner.Channels is { Count: > 0 } channels ? $"listens to {string.Join(", ", channels)}"
        : null;

    /// <summary>The replies to one message, to be read to their end before the next message comes.</summary>
    public IEnumerable<byte[]> Handle(RawMessage message)
    {
        PostgresErrorException? error = null;
        using var replies = Answer(message).GetEnumerator();
        while (true)
        {
            try
            {
                if (!replies.MoveNext())
                {
                    break;
                }
            }
            catch (PostgresErrorException e)
            {
                error = e;
                break;
            }

            yield return replies.Current;
        }

        foreach (var reply in error is null ? [] : OnError(error))
        {
            yield return reply;
        }

        HasEnded |= _runner.HasEnded;
    }

    // An iterator, so that an error comes out while it is read.
    private IEnumerable<byte[]> Answer(RawMessage message)
    {
        foreach (var reply in _runner.Copy is { } copy ? AnswerInCopy(copy, message) : AnswerOutsideCopy(message))
        {
            yield return reply;
        }
    }

    private IEnumerable<byte[]> AnswerOutsideCopy(RawMessage message)
    {
        _isExtended = message.Type is 'P' or 'B' or 'D' or 'E' or 'C' or 'H';
        if (message.Type == 'X')
        {
            HasEnded = true;
            return [];
        }

        if (message.Type == 'S')
        {
            _isSkipping = false;
            HasOpenExtendedQuery = false;
            new MessageCursor(message.Body).End();
            return Ready();
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
        return AnswerNext(message);
    }

    private IEnumerable<byte[]> AnswerNext(RawMessage message)
    {
        var body = new MessageCursor(message.Body);
        switch (message.Type)
        {
            case 'Q':
                return Query(Last(body.String(), body));
            case 'P':
                return _extended.Parse(body.String(), body.String(), body);
            case 'B':
                return _extended.Bind(body.String(), body.String(), body);
            case 'D':
                return _extended.Describe((char)body.Byte(), Last(body.String(), body));
            case 'E':
                return _extended.Execute(body.String(), Last(body.Int32(), body));
            case 'C':
                return _extended.Close((char)body.Byte(), Last(body.String(), body));
            case 'F':
                return FunctionCall(body);
            case 'H':
                body.End();
                return [];
            case 'd' or 'c' or 'f':
                return [];
            default:
                HasEnded = true;
                return [Replies.Fatal("08P01", $"invalid frontend message type {(int)message.Type}")];
        }
    }

    // The field that ends a message.
    private static T Last<T>(T field, MessageCursor body)
    {
        body.End();
        return field;
    }

    private IEnumerable<byte[]> Query(string sql)
    {
        // A Query takes the place of the unnamed statement, even one that does not parse.
        Statements.Unnamed = null;
        foreach (var statement in ModelStatement.ReadAll(sql, _parameters.HasStandardStrings))
        {
            _pending.Enqueue(statement);
        }

        _isAlone = _pending.Count == 1;
        return _pending.Count == 0 ? [Replies.EmptyQueryResponse(), .. Ready()] : RunPending();
    }

    // The statements of a Query, one after the other; a COPY FROM STDIN among them goes on when its data has come.
    private IEnumerable<byte[]> RunPending()
    {
        while (_pending.TryDequeue(out var statement))
        {
            _transaction.RequireUsable(statement);
            // The statement of a Query is the unnamed portal while it runs, and after it has failed in a block.
            _portals.Add(new Portal("", statement, []));
            foreach (var reply in _runner.Run(statement, _isAlone))
            {
                if (_pending.Count == 0 && reply is [(byte)'C', ..])
                {
                    // The last statement's transaction has committed before its tag is on its way.
                    _transaction.EndCycle();
                }

                yield return reply;
            }

            _portals.Close("");

            if (_runner.Copy is not null || _runner.HasEnded)
            {
                yield break;
            }
        }

        foreach (var reply in Ready())
        {
            yield return reply;
        }
    }

    // A function that gives back its first argument, so that its answer can be told from others.
    private IEnumerable<byte[]> FunctionCall(MessageCursor body)
    {
        var function = body.Int32();
        if (_transaction.HasFailed)
        {
            throw PostgresErrorException.Aborted();
        }

        if (function == 0)
        {
            throw new PostgresErrorException("42883", "function does not exist");
        }

        _ = Enumerable.Range(0, body.Count()).Select(_ => body.Int16()).Count();
        var arguments = Enumerable.Range(0, body.Count()).Select(_ => body.Value()).ToArray();
        _ = body.Int16();
        body.End();
        return [Replies.FunctionCallResponse(arguments.FirstOrDefault()), .. Ready()];
    }

    private IEnumerable<byte[]> AnswerInCopy(CopyIn copy, RawMessage message)
    {
        if (!CopyIn.Takes(message.Type))
        {
            HasEnded = true;
            return
            [
                Replies.Error("08P01", $"unexpected message type 0x{(int)message.Type:X2} during COPY from stdin"),
                Replies.Fatal("08P01", "terminating connection because protocol synchronization was lost"),
            ];
        }

        if (message.Type == 'd')
        {
            _runner.CheckForInterrupts();
        }

        if (copy.Read(message) is not { } tag)
        {
            return [];
        }

        _runner.Copy = null;
        var done = Replies.CommandComplete(tag);
        if (_isExtended)
        {
            return [done];
        }

        if (_pending.Count == 0)
        {
            _transaction.EndCycle();
        }

        return RunPending().Prepend(done);
    }

    // An error ends the message; in the extended protocol everything up to Sync with it, else the Query that it was in.
    private IEnumerable<byte[]> OnError(PostgresErrorException error)
    {
        _pending.Clear();
        _runner.Copy = null;
        _transaction.Fail();
        _isSkipping = _isExtended;
        var reply = Replies.Error(error.SqlState, error.Message, error.Routine);
        return _isExtended ? [reply] : [reply, .. Ready()];
    }

    // Parameters that have changed are reported just before ReadyForQuery, since PostgreSQL 14.
    private IEnumerable<byte[]> Ready()
    {
        _transaction.EndCycle();
        return [.. _parameters.TakeReports().Select(report => Replies.ParameterStatus(report.Name, report.Value)), Replies.ReadyForQuery(Status)];
    }
}
