namespace Pgmux.Testing.FakePostgres;

/// <summary>The rows that the statements of the model's little language return.</summary>
internal sealed class ModelRows(RuntimeParameters parameters, ParameterCommands commands)
{
    public IEnumerable<string?> Of(ModelStatement statement, IReadOnlyList<string?> values)
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
            _ => [commands.SetBySelect(statement.Text) ?? SqlText.Evaluate(statement.Argument, values)],
        };
    }

    // Each row says whose it is and which.
    private static IEnumerable<string?> Tagged(string count, string tag, int bytes = 0) =>
        Enumerable.Range(0, StatementGrammar.Number(count)).Select(row => $"{tag}:{row}".PadRight(bytes, 'x'));
}
