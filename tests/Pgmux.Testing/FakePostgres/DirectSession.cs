using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.FakePostgres;

/// <summary>A session with a modelled PostgreSQL of its own and nothing between them: what any multiplexer has to look like.</summary>
internal sealed class DirectSession
{
    private const string NoStatement = "no statement has this name";

    private readonly PostgresModel _model;
    private readonly FakeDatabase _database;
    private readonly MessageStream _input = new();
    private readonly MessageStream _output = new();
    private IEnumerator<byte[]>? _running;

    public DirectSession(FakeDatabase? database = null, params IEnumerable<(string Name, string Value)> startup)
    {
        _database = database ?? new FakeDatabase();
        _model = new PostgresModel(Welcomed(startup), _database);
    }

    /// <summary>I, T or E.</summary>
    public char Status => _model.Status;

    /// <summary>Whether an extended query has begun and has had no Sync.</summary>
    public bool HasOpenExtendedQuery => _model.HasOpenExtendedQuery || !_model.IsAtRest;

    /// <summary>Whether everything up to the next Sync gets no reply.</summary>
    public bool IsSkipping => _model.IsSkipping;

    /// <summary>Whether data of a COPY FROM STDIN is read.</summary>
    public bool IsInCopy => _model.IsInCopyIn;

    /// <summary>Whether the server has closed the connection.</summary>
    public bool HasEnded => _model.HasEnded;

    /// <summary>Whether a message has begun whose replies were not all pulled.</summary>
    public bool IsRunning => _running is not null;

    /// <summary>Rows that were inserted and committed.</summary>
    public IReadOnlyList<string> Committed => _database.Ledger.Committed;

    public PreparedStatements Statements => _model.Statements;

    /// <summary>Whether the next statement that waits is cancelled. Else it ends at once.</summary>
    public bool CancelsNextWait { get; set; }

    /// <summary>The replies to these messages.</summary>
    public IReadOnlyList<RawMessage> Ask(params byte[][] messages)
    {
        foreach (var message in messages)
        {
            _input.Append(message);
        }

        var replies = new List<RawMessage>();
        while (!HasEnded && _input.TryTake(out var message))
        {
            Begin(message);
            while (Pull() is { } reply)
            {
                replies.Add(reply);
            }
        }

        return replies;
    }

    /// <summary>A message comes, and nothing has been done for it yet.</summary>
    public void Begin(RawMessage message) => _running = _model.Handle(message).GetEnumerator();

    /// <summary>The next reply to it; null when there are no more. It runs as far as that needs, and no statement waits.</summary>
    public RawMessage? Pull()
    {
        RawMessage? reply;
        while (!_output.TryTake(out reply) && _running is { } running)
        {
            if (!running.MoveNext())
            {
                running.Dispose();
                _running = null;
                return null;
            }

            if (ReferenceEquals(running.Current, StatementRunner.Wait))
            {
                _model.IsCancelled |= CancelsNextWait;
                CancelsNextWait = false;
            }

            _output.Append(running.Current);
        }

        return reply;
    }

    /// <summary>The next reply when a cancel has come; null when nothing heeds it, and then it is forgotten.</summary>
    public RawMessage? PullCancelled()
    {
        _model.IsCancelled = true;
        var reply = Pull();
        _model.IsCancelled = false;
        return reply;
    }

    /// <summary>
    /// The replies to a message that fails before anything is done for it, whatever it is: an error, and in a simple query
    /// ReadyForQuery.
    /// </summary>
    public IReadOnlyList<RawMessage> Refuse(RawMessage message)
    {
        // The statement without a name outlives a query that nobody has looked at.
        var unnamed = _model.Statements.Unnamed;
        byte[][] failing = message.Type switch
        {
            'Q' or 'F' => [RawMessages.Query("FAIL")],
            'S' => [RawMessages.Bind(NoStatement), RawMessages.Sync()],
            _ => [RawMessages.Bind(NoStatement)],
        };
        var replies = Ask(failing);
        _model.Statements.Unnamed = unnamed;
        return replies;
    }

    /// <summary>The same in short, as a <see cref="FakeClient"/> shows it.</summary>
    public string Trace(params byte[][] messages) => string.Join(' ', Ask(messages).Select(FakeClient.Describe));

    // The parameters of a fresh session are reported at its login.
    private static RuntimeParameters Welcomed(IEnumerable<(string Name, string Value)> startup)
    {
        var parameters = new RuntimeParameters(startup);
        parameters.TakeReports();
        return parameters;
    }
}
