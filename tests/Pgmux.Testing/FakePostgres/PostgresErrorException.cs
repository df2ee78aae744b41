namespace Pgmux.Testing.FakePostgres;

/// <summary>An error that the modelled backend reports: it ends the message, or the statement, that it comes from.</summary>
internal sealed class PostgresErrorException(string sqlState, string message, string routine = "") : Exception(message)
{
    public string SqlState { get; } = sqlState;

    /// <summary>The function of PostgreSQL's source that reports it; "" where nobody looks at it.</summary>
    public string Routine { get; } = routine;

    public static PostgresErrorException Syntax(string message = "syntax error") => new("42601", message);

    public static PostgresErrorException BrokenMessage(string message) => new("08P01", message);

    public static PostgresErrorException Aborted() =>
        new("25P02", "current transaction is aborted, commands ignored until end of transaction block");

    /// <summary>The columns of a statement's result are not those that it was prepared with.</summary>
    public static PostgresErrorException StalePlan() => new("0A000", "cached plan must not change result type", "RevalidateCachedQuery");
}
