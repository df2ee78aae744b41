using System.Globalization;
using System.Text;

namespace Pgmux.Testing.FakePostgres;

/// <summary>As much of PostgreSQL's lexer as the fake needs: statements, quoted names, string literals with both quoting rules.</summary>
internal static class SqlText
{
    /// <summary>The statements of a text, without the semicolons between them.</summary>
    public static IReadOnlyList<string> Split(string sql, bool standardStrings = true)
    {
        var statements = new List<string>();
        var start = 0;
        for (var at = 0; at < sql.Length;)
        {
            if (sql[at] == ';')
            {
                statements.Add(sql[start..at].Trim());
                start = ++at;
            }
            else
            {
                at = sql[at] switch
                {
                    '\'' => EndOfLiteral(sql, at, hasEscapes: !standardStrings || IsEscapePrefix(sql, at - 1)),
                    '"' => EndOfName(sql, at),
                    _ => at + 1,
                };
            }
        }

        statements.Add(sql[start..].Trim());
        return [.. statements.Where(statement => statement.Length > 0)];
    }

    /// <summary>The value of a literal, a quoted name or a bare word.</summary>
    public static string Unquote(string text, bool standardStrings = true)
    {
        if (text.Length > 1 && text[0] == '"')
        {
            return string.Join('.', SplitName(text).Select(part => part[1..^1].Replace("\"\"", "\"")));
        }

        var isEscape = text.Length > 1 && text[0] is 'E' or 'e' && text[1] == '\'';
        if (isEscape)
        {
            text = text[1..];
        }

        if (text.Length < 2 || text[0] != '\'')
        {
            return text;
        }

        if (EndOfLiteral(text, 0, isEscape || !standardStrings) != text.Length)
        {
            throw new FormatException($"More than one literal: {text}");
        }

        return isEscape || !standardStrings ? Unescape(text[1..^1]) : text[1..^1].Replace("''", "'");
    }

    private static IEnumerable<string> SplitName(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = EndOfName(text, at);
            yield return text[at..end];
            at = end + 1;
        }
    }

    private static bool IsEscapePrefix(string sql, int at) =>
        at >= 0 && sql[at] is 'E' or 'e' && (at == 0 || !char.IsAsciiLetterOrDigit(sql[at - 1]));

    private static int EndOfName(string sql, int at)
    {
        at++;
        while (sql[at] != '"' || (at + 1 < sql.Length && sql[at + 1] == '"'))
        {
            at += sql[at] == '"' ? 2 : 1;
        }

        return at + 1;
    }

    private static int EndOfLiteral(string sql, int at, bool hasEscapes)
    {
        at++;
        while (true)
        {
            if (at >= sql.Length)
            {
                throw new FormatException($"A literal does not end: {sql}");
            }

            if (sql[at] == '\\' && hasEscapes)
            {
                at += 2;
            }
            else if (sql[at] != '\'')
            {
                at++;
            }
            else if (at + 1 < sql.Length && sql[at + 1] == '\'')
            {
                at += 2;
            }
            else
            {
                return at + 1;
            }
        }
    }

    private static string Unescape(string text)
    {
        var value = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\'')
            {
                at++;
                value.Append('\'');
            }
            else if (text[at] != '\\')
            {
                value.Append(text[at]);
            }
            else
            {
                at++;
                at += AppendEscape(value, text, at);
            }
        }

        return value.ToString();
    }

    // How many characters follow the letter of the escape.
    private static int AppendEscape(StringBuilder value, string text, int at)
    {
        var digits = text[at] switch { 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            var code = int.Parse(text.AsSpan(at + 1, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            value.Append(char.ConvertFromUtf32(code));
            return digits;
        }

        value.Append(text[at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
        return 0;
    }
}
