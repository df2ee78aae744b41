using System.Text;

namespace Pgmux.Core.Configuration.Hba;

/// <summary>
/// Splits a line of an HBA, ident or name file into columns, by PostgreSQL's rules: blanks separate columns, commas the words of one,
/// quotes keep both and are doubled inside, a # outside of them begins a comment. Blanks may stand around a comma, as in PgBouncer. What
/// PostgreSQL reads as if it were meant (a quote without end, commas without words) is a mistake here.
/// </summary>
internal static class HbaLexer
{
    private const string Blanks = " \t\r\v\f";

    /// <summary>Adds the columns of a line to <paramref name="fields"/>; <paramref name="problem"/> says why it has none.</summary>
    /// <param name="line">The line.</param>
    /// <param name="fields">Where the columns go.</param>
    /// <param name="problem">Why there are none.</param>
    /// <param name="hasComments">Whether a # begins a comment, as in files.</param>
    public static bool TrySplit(string line, List<HbaField> fields, out string problem, bool hasComments = true)
    {
        var position = 0;
        var isAfterComma = false;
        while (true)
        {
            position = SkipBlanks(line, position);
            if (position == line.Length || (hasComments && line[position] == '#'))
            {
                problem = "a comma stands at its end, and nothing follows";
                return !isAfterComma;
            }

            if (line[position] == ',')
            {
                if (isAfterComma || fields.Count == 0)
                {
                    problem = "a comma stands where a word is expected";
                    return false;
                }

                isAfterComma = true;
                position++;
                continue;
            }

            if (!TryReadToken(line, hasComments, ref position, out var token))
            {
                problem = "a quote in it has no end";
                return false;
            }

            if (isAfterComma)
            {
                fields[^1].Tokens.Add(token);
            }
            else
            {
                fields.Add(new HbaField(token));
            }

            isAfterComma = false;
        }
    }

    // Quotes may begin and end inside of a word: map="two words" is one.
    private static bool TryReadToken(string line, bool hasComments, ref int position, out HbaToken token)
    {
        var text = new StringBuilder();
        var isQuoted = line[position] == '"';
        var isInQuotes = false;
        for (; position < line.Length; position++)
        {
            var c = line[position];
            if (c == '"')
            {
                var isDoubled = isInQuotes && position + 1 < line.Length && line[position + 1] == '"';
                if (isDoubled)
                {
                    text.Append(c);
                    position++;
                }
                else
                {
                    isInQuotes = !isInQuotes;
                }
            }
            else if (!isInQuotes && (c == ',' || (hasComments && c == '#') || Blanks.Contains(c)))
            {
                break;
            }
            else
            {
                text.Append(c);
            }
        }

        token = new HbaToken(text.ToString(), isQuoted);
        return !isInQuotes;
    }

    private static int SkipBlanks(string line, int position)
    {
        while (position < line.Length && Blanks.Contains(line[position]))
        {
            position++;
        }

        return position;
    }
}
