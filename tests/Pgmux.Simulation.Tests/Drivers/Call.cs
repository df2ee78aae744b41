namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>One statement that a session's user asks for.</summary>
/// <param name="Sql">Its text; $1 and so on stand for the values.</param>
/// <param name="Values">The values, or the rows of a COPY FROM STDIN.</param>
internal sealed record Call(string Sql, params IReadOnlyList<string> Values)
{
    public CallKind Kind { get; init; }

    /// <summary>Whether a COPY FROM STDIN ends with CopyFail.</summary>
    public bool GivesUp { get; init; }

    /// <summary>Whether it may have many rows, so that a driver may fetch them in parts.</summary>
    public bool IsLong { get; init; }

    /// <summary>The text with the values in it, for drivers that send no parameters.</summary>
    public string Inlined => Kind == CallKind.Plain
        ? Values.Select((value, at) => ($"${at + 1}", value)).Aggregate(Sql, (sql, pair) => sql.Replace(pair.Item1, pair.value, StringComparison.Ordinal))
        : Sql;
}
