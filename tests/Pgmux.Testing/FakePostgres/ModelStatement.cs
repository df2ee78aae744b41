namespace Pgmux.Testing.FakePostgres;

/// <summary>One statement of the model's little language (see <see cref="StatementRunner"/>) as the raw parser leaves it.</summary>
internal sealed class ModelStatement
{
    private ModelStatement(string text)
    {
        Text = text;
        var end = SqlTokens.End(text, 0);
        Word = text[..end].ToUpperInvariant();
        Argument = text[SqlTokens.SkipBlanks(text, end)..];
        StatementGrammar.Check(Word, Argument);
        Command = PreparedCommand.Read(text);
        ParameterCount = Command is null ? SqlText.CountParameters(text) : 0;
    }

    public string Text { get; }

    /// <summary>The first word, in capitals.</summary>
    public string Word { get; }

    /// <summary>What follows the first word.</summary>
    public string Argument { get; }

    /// <summary>Set for PREPARE, EXECUTE and DEALLOCATE.</summary>
    public PreparedCommand? Command { get; }

    /// <summary>The highest number among its parameters.</summary>
    public int ParameterCount { get; }

    /// <summary>Whether it ends a transaction, so that a failed one lets it pass.</summary>
    public bool IsTransactionExit => Word is "COMMIT" or "ROLLBACK";

    /// <summary>Whether it returns rows by itself; EXECUTE does when its statement does.</summary>
    public bool ReturnsRows => Word is "SELECT" or "SHOW" or "ROWS" or "NOISY" or "WAIT" or "SLEEP" or "TABLE" or "LOOKUP";

    /// <summary>All statements of a text; a syntax error in one of them fails the whole text.</summary>
    public static IReadOnlyList<ModelStatement> ReadAll(string sql, bool standardStrings)
    {
        ModelStatement[] statements = [.. SqlText.Split(sql, standardStrings).Select(text => new ModelStatement(text))];
        return statements.Any(statement => statement.Word == "PARSEFAIL") ? throw PostgresErrorException.Syntax() : statements;
    }

    /// <summary>The only statement of a text that is to be prepared; null when it is empty.</summary>
    public static ModelStatement? ReadSingle(string sql, bool standardStrings) => ReadAll(sql, standardStrings) switch
    {
        [] => null,
        [var single] => single,
        _ => throw PostgresErrorException.Syntax("cannot insert multiple commands into a prepared statement"),
    };
}
