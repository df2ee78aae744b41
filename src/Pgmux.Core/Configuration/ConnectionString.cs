using System.Text;

namespace Pgmux.Core.Configuration;

/// <summary>
/// The right side of a line in [databases] or [users]: <c>key=value</c> pairs with spaces between them. A value in single
/// quotes may hold spaces, and a quote written twice.
/// </summary>
internal static class ConnectionString
{
    private const string Password = "password";

    /// <summary>
    /// How a fault may call a key: what stands behind a password may be the rest of it, when it has blanks and nobody has put it in quotes.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="before">The pairs ahead of it.</param>
    public static string NameInFault(string key, IEnumerable<KeyValuePair<string, string>> before) =>
        before.Any(pair => pair.Key == Password) ? "what stands behind password (is it in single quotes, if it has blanks?)" : key;

    /// <summary>Splits <paramref name="text"/>; <paramref name="problem"/> says where it went wrong without showing a value.</summary>
    public static bool TryParse(string text, List<KeyValuePair<string, string>> pairs, out string problem)
    {
        problem = "";
        var position = SkipSpaces(text, 0);
        while (position < text.Length)
        {
            if (!TryReadKey(text, ref position, out var key))
            {
                problem = $"syntax error in connection string: expected key=value at character {position + 1}";
                return false;
            }

            if (!TryReadValue(text, ref position, out var value))
            {
                problem = $"syntax error in connection string: the quoted value of {NameInFault(key, pairs)} has no end, or text follows its closing quote";
                return false;
            }

            if (value.Length == 0)
            {
                problem = $"syntax error in connection string: {NameInFault(key, pairs)} has an empty value";
                return false;
            }

            pairs.Add(new(key, value));
            position = SkipSpaces(text, position);
        }

        return true;
    }

    /// <summary>Writes pairs so that <see cref="TryParse"/> reads the same ones.</summary>
    public static string Print(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in pairs)
        {
            text.Append(text.Length == 0 ? "" : " ").Append(key).Append("='").Append(value.Replace("'", "''", StringComparison.Ordinal)).Append('\'');
        }

        return text.ToString();
    }

    private static bool TryReadKey(string text, ref int position, out string key)
    {
        var start = position;
        while (position < text.Length && text[position] is not ('=' or ' '))
        {
            position++;
        }

        key = text[start..position];
        position = SkipSpaces(text, position);
        if (key.Length == 0 || position == text.Length || text[position] != '=')
        {
            return false;
        }

        position = SkipSpaces(text, position + 1);
        return true;
    }

    private static bool TryReadValue(string text, ref int position, out string value)
    {
        if (position == text.Length || text[position] != '\'')
        {
            var end = text.IndexOf(' ', position);
            end = end < 0 ? text.Length : end;
            value = text[position..end];
            position = end;
            return true;
        }

        var unquoted = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            if (text[position] == '\'')
            {
                position++;
                if (position == text.Length || text[position] != '\'')
                {
                    value = unquoted.ToString();
                    return position == text.Length || text[position] == ' ';
                }
            }

            unquoted.Append(text[position]);
        }

        value = "";
        return false;
    }

    private static int SkipSpaces(string text, int position)
    {
        while (position < text.Length && text[position] == ' ')
        {
            position++;
        }

        return position;
    }
}
