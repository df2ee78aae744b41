using Pgmux.Testing.Mux;
using Pgmux.Testing.Processes;

namespace Pgmux.Testing.FakePostgres;

/// <summary>A session with a modelled PostgreSQL of its own and nothing between them: what any multiplexer has to look like.</summary>
internal sealed class DirectSession(FakeDatabase? database = null)
{
    private readonly PostgresModel _model = new(Welcomed(), database);
    private readonly MessageStream _input = new();
    private readonly MessageStream _output = new();

    /// <summary>I, T or E.</summary>
    public char Status => _model.Status;

    /// <summary>Whether an extended query has begun and has had no Sync.</summary>
    public bool HasOpenExtendedQuery => _model.HasOpenExtendedQuery || !_model.IsAtRest;

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

        while (_input.TryTake(out var message))
        {
            foreach (var reply in _model.Handle(message))
            {
                if (ReferenceEquals(reply, StatementRunner.Wait))
                {
                    _model.IsCancelled = CancelsNextWait;
                    CancelsNextWait = false;
                }

                _output.Append(reply);
            }
        }

        var replies = new List<RawMessage>();
        while (_output.TryTake(out var reply))
        {
            replies.Add(reply);
        }

        return replies;
    }

    /// <summary>The same in short, as a <see cref="FakeClient"/> shows it.</summary>
    public string Trace(params byte[][] messages) => string.Join(' ', Ask(messages).Select(FakeClient.Describe));

    // The parameters of a fresh session are reported at its login.
    private static RuntimeParameters Welcomed()
    {
        var parameters = new RuntimeParameters([]);
        parameters.TakeReports();
        return parameters;
    }
}
