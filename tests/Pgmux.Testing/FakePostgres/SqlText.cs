using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pgmux.Testing.FakePostgres;

/// <summary>As much of PostgreSQL's SQL as the fake needs: statements, lists, parameters, the values of names and literals.</summary>
internal static partial class SqlText
{
    /// <summary>The statements of a text, without the semicolons between them and the comments ahead of them.</summary>
    public static IReadOnlyList<string> Split(string sql, bool standardStrings = true)
    {
        var statements = new List<string>();
        var start = SqlTokens.SkipBlanks(sql, 0);
        for (var at = start; at < sql.Length;)
        {
            if (sql[at] == ';')
            {
                statements.Add(sql[start..at].Trim());
                at = start = SqlTokens.SkipBlanks(sql, at + 1);
            }
            else
            {
                at = SqlTokens.End(sql, at, standardStrings);
            }
        }

        statements.Add(sql[start..].Trim());
        return [.. statements.Where(statement => statement.Length > 0)];
    }

    /// <summary>The parts of a text between its commas, those in parentheses and quotes excepted.</summary>
    public static IReadOnlyList<string> SplitList(string sql)
    {
        var parts = new List<string>();
        var (start, depth) = (0, 0);
        for (var at = 0; at < sql.Length; at = SqlTokens.End(sql, at))
        {
            depth += sql[at] switch { '(' => 1, ')' => -1, _ => 0 };
            if (sql[at] == ',' && depth == 0)
            {
                parts.Add(sql[start..at].Trim());
                start = at + 1;
            }
        }

        parts.Add(sql[start..].Trim());
        return parts;
    }

    /// <summary>The highest number of a parameter, as in $1, outside of quotes and comments.</summary>
    public static int CountParameters(string sql)
    {
        var highest = 0;
        for (var at = 0; at < sql.Length;)
        {
            var end = SqlTokens.End(sql, at);
            if (sql[at] == '$' && int.TryParse(sql.AsSpan(at + 1, end - at - 1), CultureInfo.InvariantCulture, out var number))
            {
                highest = Math.Max(highest, number);
            }

            at = end;
        }

        return highest;
    }

    /// <summary>What an expression of the little language gives: a literal's value, a parameter's, or its own text with the parameters in it.</summary>
    public static string? Evaluate(string expression, IReadOnlyList<string?> values)
    {
        var text = Cast().Replace(expression, "");
        if (text.Length > 1 && text[0] == '\'' && SqlTokens.EndOfLiteral(text, 0, hasEscapes: false) == text.Length)
        {
            return Unquote(text);
        }

        if (text == "NULL")
        {
            return null;
        }

        var whole = Parameter().Match(text);
        return whole.Success && whole.Length == text.Length
            ? ValueOf(whole, values)
            : values.Count == 0 ? text : Parameter().Replace(text, match => ValueOf(match, values) ?? "");
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

        if (SqlTokens.EndOfLiteral(text, 0, isEscape || !standardStrings) != text.Length)
        {
            throw PostgresErrorException.Syntax();
        }

        return isEscape || !standardStrings ? Unescape(text[1..^1]) : text[1..^1].Replace("''", "'");
    }

    private static IEnumerable<string> SplitName(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = SqlTokens.EndOfName(text, at);
            yield return text[at..end];
            at = end + 1;
        }
    }

    // $0 and numbers past counting are parameters that do not exist.
    private static string? ValueOf(Match parameter, IReadOnlyList<string?> values) =>
        int.TryParse(parameter.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= values.Count
            ? values[number - 1]
            : throw new PostgresErrorException("42P02", $"there is no parameter {parameter.Value}");

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
            var hex = text.AsSpan(at + 1, Math.Min(digits, text.Length - at - 1));
            if (hex.Length < digits
                || !int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                || !Rune.IsValid(code))
            {
                throw new PostgresErrorException("22025", "invalid Unicode escape");
            }

            value.Append(new Rune(code));
            return digits;
        }

        value.Append(text[at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
        return 0;
    }

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"::\w+$")]
    private static partial Regex Cast();
}
