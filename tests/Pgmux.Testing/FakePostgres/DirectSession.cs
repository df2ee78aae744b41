using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.FakePostgres;

/// <summary>A session with a modelled PostgreSQL of its own and nothing between them: what any multiplexer has to look like.</summary>
internal sealed class DirectSession(FakeDatabase? database = null, params IEnumerable<(string Name, string Value)> startup)
{
    private const string NoStatement = "no statement has this name";

    private readonly PostgresModel _model = new(Welcomed(startup), database);
    private readonly MessageStream _input = new();
    private readonly MessageStream _output = new();
    private IEnumerator<byte[]>? _running;

    /// <summary>I, T or E.</summary>
    public char Status => _model.Status;

    /// <summary>Whether an extended query has begun and has had no Sync.</summary>
    public bool HasOpenExtendedQuery => _model.HasOpenExtendedQuery || !_model.IsAtRest;

    /// <summary>Whether everything up to the next Sync gets no reply.</summary>
    public bool IsSkipping => _model.IsSkipping;

    /// <summary>Whether data of a COPY FROM STDIN is read.</summary>
    public bool IsInCopy => _model.IsInCopy;

    /// <summary>Whether a statement waits: <see cref="GoOn"/> says how its wait ends.</summary>
    public bool IsWaiting => _running is not null;

    /// <summary>Whether the server has closed the connection.</summary>
    public bool HasEnded => _model.HasEnded;

    public PreparedStatements Statements => _model.Statements;

    /// <summary>The replies to these messages; no statement waits.</summary>
    public IReadOnlyList<RawMessage> Ask(params byte[][] messages)
    {
        foreach (var message in messages)
        {
            _input.Append(message);
        }

        var replies = new List<RawMessage>();
        while (_input.TryTake(out var message))
        {
            replies.AddRange(Tell(message));
            while (IsWaiting)
            {
                replies.AddRange(GoOn(isCancelled: false));
            }
        }

        return replies;
    }

    /// <summary>The replies to one message, as far as they come before its statement waits.</summary>
    public IReadOnlyList<RawMessage> Tell(RawMessage message)
    {
        _running = _model.Handle(message).GetEnumerator();
        return Run();
    }

    /// <summary>The replies after the wait has ended.</summary>
    public IReadOnlyList<RawMessage> GoOn(bool isCancelled)
    {
        _model.IsCancelled = isCancelled;
        return Run();
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

    private List<RawMessage> Run()
    {
        var isWaiting = false;
        while (!isWaiting && _running!.MoveNext())
        {
            isWaiting = ReferenceEquals(_running.Current, StatementRunner.Wait);
            _output.Append(_running.Current);
        }

        if (!isWaiting)
        {
            _running!.Dispose();
            _running = null;
        }

        var replies = new List<RawMessage>();
        while (_output.TryTake(out var reply))
        {
            replies.Add(reply);
        }

        return replies;
    }

    // The parameters of a fresh session are reported at its login.
    private static RuntimeParameters Welcomed(IEnumerable<(string Name, string Value)> startup)
    {
        var parameters = new RuntimeParameters(startup);
        parameters.TakeReports();
        return parameters;
    }
}
