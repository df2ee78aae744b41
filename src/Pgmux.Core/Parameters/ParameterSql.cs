using System.Globalization;
using System.Text;

namespace Pgmux.Core.Parameters;

/// <summary>Writes the statements that give a server the parameters of its next client.</summary>
internal static class ParameterSql
{
    // Their value is a list of identifiers. SET would take the reported text as one name of that list; set_config takes it as
    // the server reported it.
    private static readonly HashSet<string> Lists = new(StringComparer.OrdinalIgnoreCase)
    {
        "search_path",
        "temp_tablespaces",
        "local_preload_libraries",
        "session_preload_libraries",
    };

    /// <summary>
    /// The statements that turn <paramref name="current"/> into <paramref name="wanted"/>; null when there is nothing to do. The
    /// text is pure ASCII whatever the values hold, so it reads the same under every client_encoding.
    /// </summary>
    public static string? Difference(TrackedParameters tracked, ParameterSet current, ParameterSet wanted)
    {
        var sql = string.Join(';', Statements(tracked, current, wanted));
        return sql.Length > 0 ? sql : null;
    }

    /// <summary>The same, one by one.</summary>
    public static IEnumerable<string> Statements(TrackedParameters tracked, ParameterSet current, ParameterSet wanted)
    {
        for (var i = 0; i < wanted.Count; i++)
        {
            if (!string.Equals(current[i], wanted[i], StringComparison.Ordinal))
            {
                yield return Assignment(tracked.Names[i], wanted[i]);
            }
        }
    }

    private static string Assignment(string name, string? value)
    {
        var sql = new StringBuilder();
        if (value is null)
        {
            AppendName(sql.Append("RESET "), name);
        }
        else if (Lists.Contains(name))
        {
            AppendLiteral(sql.Append("SELECT pg_catalog.set_config("), name);
            AppendLiteral(sql.Append(','), value);
            sql.Append(",false)");
        }
        else
        {
            AppendName(sql.Append("SET "), name);
            AppendLiteral(sql.Append('='), value);
        }

        return sql.ToString();
    }

    // Extension parameters have two parts; each is quoted by itself.
    private static void AppendName(StringBuilder sql, string name)
    {
        var isFirst = true;
        foreach (var part in name.Split('.'))
        {
            if (!isFirst)
            {
                sql.Append('.');
            }

            sql.Append('"').Append(part.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            isFirst = false;
        }
    }

    /// <summary>
    /// A string literal that means the same under both settings of standard_conforming_strings and under encodings in which a
    /// backslash may be half of a character: whatever is not plain ASCII is escaped.
    /// </summary>
    internal static void AppendLiteral(StringBuilder sql, string value)
    {
        var isPlain = value.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 && !value.Contains('\\');
        sql.Append(isPlain ? "'" : "E'");
        foreach (var rune in value.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '\'':
                    sql.Append("''");
                    break;
                case '\\':
                    sql.Append(@"\\");
                    break;
                case >= ' ' and <= '~':
                    sql.Append((char)rune.Value);
                    break;
                case <= 0xFFFF:
                    sql.Append(CultureInfo.InvariantCulture, $@"\u{rune.Value:X4}");
                    break;
                default:
                    sql.Append(CultureInfo.InvariantCulture, $@"\U{rune.Value:X8}");
                    break;
            }
        }

        sql.Append('\'');
    }
}
