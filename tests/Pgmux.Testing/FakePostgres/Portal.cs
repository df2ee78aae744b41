namespace Pgmux.Testing.FakePostgres;

/// <summary>A statement with its parameters bound.</summary>
internal sealed class Portal(string name, ModelStatement? statement, IReadOnlyList<string?> values)
{
    private Queue<IReadOnlyList<string?>> _rows = [];
    private ModelStatement? _opened;

    public string Name { get; } = name;

    /// <summary>Null for an empty text.</summary>
    public ModelStatement? Statement { get; } = statement;

    public IReadOnlyList<string?> Values { get; } = values;

    /// <summary>Whether running it leaves no transaction behind.</summary>
    public bool EndsTransaction => Statement is { IsTransactionExit: true } or { Word: "BEGIN" } or { Word: "DISCARD", Argument: "ALL" };

    public PortalState State { get; private set; }

    /// <summary>This statement, or the one that its EXECUTE stands for, has run and returns these rows.</summary>
    public void Open(ModelStatement opened, IEnumerable<IReadOnlyList<string?>> rows)
    {
        State = PortalState.Open;
        _opened = opened;
        _rows = new Queue<IReadOnlyList<string?>>(rows);
    }

    /// <summary>The statement begins to run and returns no rows.</summary>
    public void Start() => State = State == PortalState.Ready
        ? PortalState.Done
        : throw new PostgresErrorException("55000", $"portal \"{Name}\" cannot be run");

    /// <summary>
    /// The next rows, all of them for a limit of 0, and how it ends. A limit that is met exactly suspends: nobody has looked
    /// whether there is more.
    /// </summary>
    public IEnumerable<byte[]> Fetch(int limit)
    {
        var count = 0;
        while ((limit == 0 || count < limit) && _rows.TryDequeue(out var row))
        {
            count++;
            if (_opened is { Word: "NOISY" })
            {
                yield return Replies.Notice(row[0] ?? "");
            }

            yield return Replies.Row(row);
        }

        yield return limit > 0 && count == limit
            ? Replies.PortalSuspended()
            : Replies.CommandComplete(StatementRunner.TagOf(_opened!, count));
    }
}
