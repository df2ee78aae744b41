using Pgmux.Core.Statements.Sql;

namespace Pgmux.Core.Statements;

/// <summary>
/// What PREPARE, EXECUTE, DEALLOCATE and DISCARD in one text of one client ask for, in their order. A text that changes names stands alone
/// among the client's requests: nothing is under way when it is sent, and nothing that depends on names is sent before it has ended. So
/// its changes are made when the server says that they are done, and none has to be taken back. Holds its statements for the client.
/// </summary>
internal sealed class StatementCommands(ClientStatements client, IReadOnlyList<StatementCommandStep> steps, IReadOnlyList<Statement> required)
{
    /// <summary>
    /// Longest chain of statements that EXECUTE one another. Nobody needs more than one; each is gone through at every use, and all of them
    /// when the last is let go.
    /// </summary>
    public const int DepthLimit = 16;

    private int _done;

    /// <summary>Names in the text as sent to the server, in order.</summary>
    public IReadOnlyList<ReplacedName> Replaced { get; init; } = [];

    /// <summary>
    /// Statements whose name the text is to give a second time: that they are on the server makes it refuse, so it must be certain.
    /// </summary>
    public IReadOnlyList<Statement> Taken { get; init; } = [];

    /// <summary>What the client's names stood for when the text was made for the server.</summary>
    public IReadOnlyList<StatementCommandStep> Resolved { get; init; } = [];

    /// <summary>The client's own text; for a Parse with all that follows it in the message.</summary>
    public byte[] Source { get; init; } = [];

    /// <summary>Whether the client's names still stand for what they stood for then.</summary>
    public bool IsCurrent => Resolved.All(step => client.Find(step.Name)?.Binding.View == step.Statement);

    /// <summary>The commands that change what names stand for.</summary>
    public IReadOnlyList<StatementCommandStep> Steps => steps;

    /// <summary>Statements that have to be on the server when the text runs.</summary>
    public IReadOnlyList<Statement> Required => required;

    /// <summary>Whether it is a simple query: that ends the unnamed statement too.</summary>
    public bool IsQuery { get; init; }

    /// <summary>Whether the text is one statement.</summary>
    public bool IsSingle { get; init; }

    /// <summary>
    /// Whether nothing is called in the text. EXECUTE evaluates its arguments before it looks at the plan, so a call in them has happened when
    /// the plan turns out to be stale.
    /// </summary>
    public bool HasNoCalls { get; init; }

    /// <summary>Whether names may stand for something else afterwards.</summary>
    public bool ChangesNames { get; } = steps.Count > 0;

    /// <summary>The client's name in the text for the statement of this number; null when there is none.</summary>
    public byte[]? NameOf(long number) =>
        Resolved.Concat(steps).Where(step => (step.Statement?.Number ?? StatementNames.NobodysNumber) == number).Select(step => step.Name).FirstOrDefault();

    /// <summary>Where in the client's own text a character is, counted from 1, that the server counts so in the text it got.</summary>
    public int OriginalPosition(int position)
    {
        var shift = 0;
        foreach (var name in Replaced)
        {
            if (name.Start >= position - 1)
            {
                break;
            }

            shift += name.Excess;
        }

        return position - shift;
    }

    /// <summary>Statements one behind the other that the text runs.</summary>
    public int Depth { get; } = required.Select(statement => statement.Commands?.Depth ?? 0).DefaultIfEmpty().Max() + 1;

    /// <summary>A statement of the text has ended with this tag.</summary>
    public void OnCommandComplete(ReadOnlySpan<byte> tag, ServerStatements server)
    {
        var isMade = tag.SequenceEqual("PREPARE"u8);
        if (!isMade && !tag.SequenceEqual("DEALLOCATE"u8))
        {
            return;
        }

        var kind = isMade ? StatementCommandKind.Prepare : StatementCommandKind.Deallocate;
        while (_done < steps.Count && steps[_done].Kind != kind)
        {
            _done++;
        }

        if (_done < steps.Count)
        {
            Apply(steps[_done], server);
            _done++;
        }
    }

    /// <summary>The text is being sent.</summary>
    public void OnSent(ServerStatements server, int cycle)
    {
        _done = 0;
        if (IsQuery)
        {
            StatementEffects.Propose(StatementEffect.DropUnnamed, client.Unnamed, statement: null, server, cycle);
        }
    }

    /// <summary>The text has ended, or was skipped.</summary>
    public void OnEnded(RequestOutcome outcome, ServerStatements server)
    {
        if (IsQuery)
        {
            StatementEffects.End(StatementEffect.DropUnnamed, outcome, client.Unnamed, statement: null, server);
            Release();
        }
    }

    /// <summary>The server has refused a statement of the text.</summary>
    public void OnError(ServerStatements server, string sqlState)
    {
        foreach (var statement in required)
        {
            server.OnError(statement, StatementEffect.Use, sqlState);
        }
    }

    /// <summary>Lets go of the statements.</summary>
    public void Release()
    {
        foreach (var step in steps)
        {
            step.Statement?.Release(StatementHolder.Client);
        }

        foreach (var statement in required)
        {
            statement.Release(StatementHolder.Client);
        }
    }

    private void Apply(StatementCommandStep step, ServerStatements server)
    {
        var statement = step.Statement!;
        var isMade = step.Kind == StatementCommandKind.Prepare;
        if (isMade)
        {
            server.OnMade(statement);
        }
        else
        {
            server.OnDropped(statement);
        }

        if (isMade || client.Find(step.Name) is not null)
        {
            client.GetOrAdd(step.Name, statement).Binding.Set(isMade ? statement : null, StatementHolder.Client);
        }
    }
}
