using System.Text;

namespace Pgmux.Core.Configuration.Passwords;

/// <summary>
/// Splits a command into words at spaces. What stands in single or double quotes belongs together; the quote itself is written twice there.
/// Nothing else has a meaning: no shell is asked.
/// </summary>
internal static class CommandWords
{
    /// <summary>The words; null when a quote is not closed.</summary>
    public static IReadOnlyList<string>? Split(string text)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (letter is '\'' or '"')
            {
                if (!TryTakeQuoted(text, ref i, word ??= new StringBuilder()))
                {
                    return null;
                }
            }
            else if (!char.IsWhiteSpace(letter))
            {
                (word ??= new StringBuilder()).Append(letter);
            }
            else if (word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }
        }

        if (word is not null)
        {
            words.Add(word.ToString());
        }

        return words;
    }

    // Ends at the closing quote.
    private static bool TryTakeQuoted(string text, ref int position, StringBuilder word)
    {
        var quote = text[position];
        for (position++; position < text.Length; position++)
        {
            if (text[position] != quote)
            {
                word.Append(text[position]);
            }
            else if (position + 1 < text.Length && text[position + 1] == quote)
            {
                word.Append(quote);
                position++;
            }
            else
            {
                return true;
            }
        }

        return false;
    }
}
