using System.Text;

namespace Pgmux.Core.Admin;

/// <summary>
/// The grammar of the console: one command, one argument at most, AS JSON behind that of SHOW, a semicolon if you like. A word is letters, digits and
/// underscores, or anything in double quotes; a value of SET may also stand in single quotes. Takes any text without failing.
/// </summary>
internal ref struct ConsoleCommandParser
{
    /// <summary>PgBouncer's longest argument, one more than the longest database name of PostgreSQL.</summary>
    private const int LongestArgument = 63;

    /// <summary>PgBouncer's longest value of a SET.</summary>
    private const int LongestValue = 255;

    /// <summary>How much of a bad command an error repeats.</summary>
    private const int LongestEcho = 200;

    private const string Blanks = " \t\n\r";

    private ReadOnlySpan<char> _rest;

    private ConsoleCommandParser(string text) => _rest = text;

    /// <summary>Reads a command, or says what is wrong with it.</summary>
    public static bool TryParse(string text, out ConsoleCommand command, out string problem)
    {
        var parser = new ConsoleCommandParser(text);
        command = new ConsoleCommand("", "");
        problem = Refusal(text);
        if (!parser.TryReadWord(out var word))
        {
            return false;
        }

        var hasBlank = parser.SkipBlanks();
        var argument = "";
        if (hasBlank && parser.HasMore && !parser.TryReadWord(out argument))
        {
            return false;
        }

        var value = default(string);
        word = word.ToLowerInvariant();
        if (word == ConsoleCommand.Set && !parser.TryReadAssignment(out value))
        {
            return false;
        }

        var isJson = argument.Length > 0 && word is "show" or "select" && parser.TryReadAsJson();
        if (!parser.IsAtEnd())
        {
            return false;
        }

        problem = "bad arguments";
        command = new ConsoleCommand(word, argument, value, isJson);
        return argument.Length <= LongestArgument && !(value?.Length > LongestValue) && (value is null || argument.Length > 0);
    }

    /// <summary>PgBouncer's answer to what is no command, with a long text cut.</summary>
    public static string Refusal(string text)
    {
        if (text.Length > LongestEcho)
        {
            var end = char.IsHighSurrogate(text[LongestEcho - 1]) ? LongestEcho - 1 : LongestEcho;
            text = $"{text.AsSpan(0, end)}...";
        }

        return $"invalid command '{text}', use SHOW HELP;";
    }

    private readonly bool HasMore => !_rest.IsEmpty && _rest[0] != ';';

    private bool SkipBlanks()
    {
        var before = _rest.Length;
        _rest = _rest.TrimStart(Blanks);
        return _rest.Length != before;
    }

    private bool TryReadWord(out string word)
    {
        SkipBlanks();
        if (_rest is ['"', ..])
        {
            return TryReadQuoted(out word);
        }

        var length = 0;
        while (length < _rest.Length && (char.IsAsciiLetterOrDigit(_rest[length]) || _rest[length] == '_'))
        {
            length++;
        }

        word = _rest[..length].ToString();
        _rest = _rest[length..];
        return length > 0;
    }

    // What opens a quoted text closes it; written twice it stands for itself.
    private bool TryReadQuoted(out string text)
    {
        var quote = _rest[0];
        var content = new StringBuilder();
        for (var i = 1; i < _rest.Length; i++)
        {
            if (_rest[i] == quote)
            {
                i++;
                if (i == _rest.Length || _rest[i] != quote)
                {
                    text = content.ToString();
                    _rest = _rest[i..];
                    return true;
                }
            }

            content.Append(_rest[i]);
        }

        text = "";
        return false;
    }

    private bool TryReadAssignment(out string? value)
    {
        value = null;
        SkipBlanks();
        if (_rest is ['=', ..])
        {
            _rest = _rest[1..];
        }
        else if (_rest is ['t' or 'T', 'o' or 'O', ' ' or '\t' or '\n' or '\r' or '\'' or '"', ..])
        {
            _rest = _rest[2..];
        }
        else
        {
            return false;
        }

        SkipBlanks();
        return _rest is ['\'', ..] ? TryReadQuoted(out value) : TryReadWord(out value);
    }

    private bool TryReadAsJson()
    {
        var before = _rest;
        if (SkipBlanks() && TryReadBare("as") && SkipBlanks() && TryReadBare("json"))
        {
            return true;
        }

        _rest = before;
        return false;
    }

    private bool TryReadBare(string word)
    {
        var isThere = _rest.StartsWith(word, StringComparison.OrdinalIgnoreCase)
            && (_rest.Length == word.Length || !(char.IsAsciiLetterOrDigit(_rest[word.Length]) || _rest[word.Length] == '_'));
        _rest = isThere ? _rest[word.Length..] : _rest;
        return isThere;
    }

    private bool IsAtEnd()
    {
        SkipBlanks();
        if (_rest is [';', ..])
        {
            _rest = _rest[1..];
            SkipBlanks();
        }

        return _rest.IsEmpty;
    }
}
