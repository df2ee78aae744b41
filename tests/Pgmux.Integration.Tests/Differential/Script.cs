namespace Pgmux.Integration.Tests.Differential;

/// <summary>Messages of some clients and what they wait for, read from a file of Scripts (its README tells the language).</summary>
internal sealed record Script
{
    public required string Name { get; init; }

    /// <summary>The file as it stands, for the report of a failure.</summary>
    public required string Text { get; init; }

    public required IReadOnlyList<ScriptStep> Steps { get; init; }

    /// <summary>Ids of the catalogue of faults that it covers.</summary>
    public IReadOnlyList<string> Rows { get; init; } = [];

    /// <summary>Servers that transaction mode may use; session mode has as many as clients.</summary>
    public int PoolSize { get; init; } = 2;

    /// <summary>pgmux's max_prepared_statements.</summary>
    public int PreparedStatements { get; init; } = 200;

    /// <summary>pgmux's share_unnamed_statements.</summary>
    public bool SharesUnnamed { get; init; }

    /// <summary>Statements that the owner of the database runs before the clients come.</summary>
    public IReadOnlyList<string> Setup { get; init; } = [];

    /// <summary>How pgmux runs it: in transaction or session pooling, or wandering, from server to server with each transaction.</summary>
    public IReadOnlyList<string> Modes { get; init; } = ["transaction", "wandering", "session"];

    /// <summary>Whether every cut of the sent bytes into two segments is compared as well.</summary>
    public bool IsSplit { get; init; }

    public int ClientCount => Steps.Max(step => step.Client);

    public override string ToString() => Name;
}
