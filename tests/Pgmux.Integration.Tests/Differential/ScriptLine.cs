using System.Globalization;
using System.Text;

namespace Pgmux.Integration.Tests.Differential;

/// <summary>
/// Walks over the words of a line: bare words, "strings" with \n \t \0 \" \\ and a factor ("x"*8000), {lists}.
/// </summary>
internal sealed class ScriptLine(string text)
{
    private int _at;

    public bool IsAtEnd
    {
        get
        {
            SkipSpace();
            return _at == text.Length;
        }
    }

    public string Word()
    {
        SkipSpace();
        var start = _at;
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not ('{' or '}' or '"'))
        {
            _at++;
        }

        return start < _at ? text[start.._at] : throw Fault("a word is missing");
    }

    public int Number() => int.Parse(Word(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    /// <summary>A number, or what stands for it when the line ends here.</summary>
    public int NumberOr(int otherwise) => IsAtEnd ? otherwise : Number();

    public string String()
    {
        SkipSpace();
        if (!Take('"'))
        {
            throw Fault("a string is missing");
        }

        var value = new StringBuilder();
        while (!Take('"'))
        {
            value.Append(Character());
        }

        return Take('*') ? new StringBuilder().Insert(0, value.ToString(), Number()).ToString() : value.ToString();
    }

    public bool IsString
    {
        get
        {
            SkipSpace();
            return _at < text.Length && text[_at] == '"';
        }
    }

    /// <summary>A list in braces, empty when the line ends here.</summary>
    public IReadOnlyList<T> List<T>(Func<ScriptLine, T> item)
    {
        var items = new List<T>();
        if (IsAtEnd)
        {
            return items;
        }

        if (!Take('{'))
        {
            throw Fault("{ is missing");
        }

        while (true)
        {
            SkipSpace();
            if (Take('}'))
            {
                return items;
            }

            items.Add(item(this));
        }
    }

    public FormatException Fault(string what) => new($"{what} at {_at + 1} of: {text}");

    private char Character()
    {
        if (_at == text.Length)
        {
            throw Fault("the string does not end");
        }

        var character = text[_at++];
        if (character != '\\')
        {
            return character;
        }

        return _at < text.Length
            ? text[_at++] switch
            {
                'n' => '\n',
                't' => '\t',
                '0' => '\0',
                var other => other,
            }
            : throw Fault("the string does not end");
    }

    private bool Take(char character)
    {
        if (_at < text.Length && text[_at] == character)
        {
            _at++;
            return true;
        }

        return false;
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }
}
