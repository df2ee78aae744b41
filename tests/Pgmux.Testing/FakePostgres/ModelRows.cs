namespace Pgmux.Testing.FakePostgres;

/// <summary>The rows that the statements of the model's little language return.</summary>
internal sealed class ModelRows(RuntimeParameters parameters, FakeRoles roles)
{
    private readonly ParameterCommands _commands = new(parameters);

    /// <summary>The rows, each with a value for every column.</summary>
    public IEnumerable<IReadOnlyList<string?>> Of(ModelStatement statement, IReadOnlyList<string?> values) =>
        statement.Word == "LOOKUP" ? roles.Find(values[0] ?? "") : ValuesOf(statement, values).Select(value => new[] { value });

    /// <summary>What describes them.</summary>
    public byte[] DescriptionOf(ModelStatement? statement) =>
        statement is { Word: "LOOKUP" } ? Replies.RowDescription(roles.Columns) : Replies.RowDescription();

    private IEnumerable<string?> ValuesOf(ModelStatement statement, IReadOnlyList<string?> values)
    {
        var words = statement.Argument.Split(' ');
        return statement.Word switch
        {
            "SHOW" => [parameters[SqlText.Unquote(statement.Argument)]],
            "WAIT" => [statement.Argument is { Length: > 0 } tag ? tag : "waited"],
            "SLEEP" => [words is [_, var tag] ? tag : "slept"],
            "NOISY" => Tagged(words[0], words[1]),
            "ROWS" when words is [var count, var bytes, var tag] => Tagged(count, tag, StatementGrammar.Number(bytes)),
            "ROWS" => Enumerable.Repeat<string?>(new string('x', StatementGrammar.Number(words[1])), StatementGrammar.Number(words[0])),
            _ => [_commands.SetBySelect(statement.Text) ?? SqlText.Evaluate(statement.Argument, values)],
        };
    }

    // Each row says whose it is and which.
    private static IEnumerable<string?> Tagged(string count, string tag, int bytes = 0) =>
        Enumerable.Range(0, StatementGrammar.Number(count)).Select(row => $"{tag}:{row}".PadRight(bytes, 'x'));
}
