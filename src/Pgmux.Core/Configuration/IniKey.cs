using System.Text;

namespace Pgmux.Core.Configuration;

/// <summary>
/// The left side of <c>key = value</c>. A bare key has letters, digits and <c>_ . - *</c>; any other name is quoted. PgBouncer's
/// code takes single quotes and its manual says double ones, so both are understood, and doubled inside.
/// </summary>
internal static class IniKey
{
    /// <summary>Splits a line into its key and its value.</summary>
    public static bool TryRead(ReadOnlySpan<char> line, out string key, out string value)
    {
        var length = line[0] is '\'' or '"' ? ReadQuoted(line, out key) : ReadBare(line, out key);
        var rest = line[length..].TrimStart(" \t");
        if (length == 0 || rest is not ['=', ..])
        {
            value = "";
            return false;
        }

        value = rest[1..].TrimStart(" \t").ToString();
        return true;
    }

    /// <summary>Writes a key so that <see cref="TryRead"/> reads the same name.</summary>
    public static string Print(string name)
        => name.Length > 0 && name.All(IsBare) ? name : $"'{name.Replace("'", "''", StringComparison.Ordinal)}'";

    private static int ReadBare(ReadOnlySpan<char> line, out string key)
    {
        var length = 0;
        while (length < line.Length && IsBare(line[length]))
        {
            length++;
        }

        key = line[..length].ToString();
        return length;
    }

    // Returns how much was read, 0 when the quote has no end.
    private static int ReadQuoted(ReadOnlySpan<char> line, out string key)
    {
        var quote = line[0];
        var name = new StringBuilder();
        for (var i = 1; i < line.Length; i++)
        {
            if (line[i] != quote)
            {
                name.Append(line[i]);
            }
            else if (i + 1 < line.Length && line[i + 1] == quote)
            {
                name.Append(quote);
                i++;
            }
            else
            {
                key = name.ToString();
                return i + 1;
            }
        }

        key = "";
        return 0;
    }

    private static bool IsBare(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '*';
}
