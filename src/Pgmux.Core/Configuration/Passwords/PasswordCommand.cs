using System.Globalization;
using System.Text;

namespace Pgmux.Core.Configuration.Passwords;

/// <summary>
/// A program that prints the password of a login to a server, with its arguments. In them %h stands for the server's host, %p for its port,
/// %u for the user that logs in, %d for the database on the server, %% for a percent sign; each stays within its argument.
/// </summary>
/// <param name="Text">The command as it is written.</param>
internal sealed record PasswordCommand(string Text)
{
    /// <summary>What may follow a percent sign.</summary>
    public const string Placeholders = "hpud%";

    private readonly IReadOnlyList<string> _words = CommandWords.Split(Text) ?? throw new ArgumentException("a quote is not closed", nameof(Text));

    /// <summary>The program.</summary>
    public string Program => _words[0];

    /// <summary>Whether users of different names are told apart.</summary>
    public bool NamesUser => Names('u');

    /// <summary>Whether databases of different names are told apart.</summary>
    public bool NamesDatabase => Names('d');

    /// <summary>The program and its arguments for one login.</summary>
    public string[] WordsFor(string host, int port, string user, string database)
    {
        // The program is named by the operator alone.
        return [Program, .. _words.Skip(1).Select(word => Fill(word, host, port, user, database))];
    }

    /// <summary>Two commands are the same when they are written alike.</summary>
    public bool Equals(PasswordCommand? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>What follows a percent sign and means nothing; null when everything means something.</summary>
    public static string? FindUnknown(IReadOnlyList<string> words)
    {
        foreach (var word in words.Skip(1))
        {
            for (var i = word.IndexOf('%'); i >= 0; i = i + 2 < word.Length ? word.IndexOf('%', i + 2) : -1)
            {
                if (i + 1 == word.Length || !Placeholders.Contains(word[i + 1]))
                {
                    return word[i..Math.Min(i + 2, word.Length)];
                }
            }
        }

        return null;
    }

    private bool Names(char placeholder)
    {
        foreach (var word in _words.Skip(1))
        {
            for (var i = word.IndexOf('%'); i >= 0; i = i + 2 < word.Length ? word.IndexOf('%', i + 2) : -1)
            {
                if (word[i + 1] == placeholder)
                {
                    return true;
                }
            }
        }

        return false;
    }

    // One pass: what is put in is not looked at again.
    private static string Fill(string word, string host, int port, string user, string database)
    {
        var filled = new StringBuilder();
        for (var i = 0; i < word.Length; i++)
        {
            if (word[i] != '%')
            {
                filled.Append(word[i]);
                continue;
            }

            filled.Append(word[++i] switch
            {
                'h' => host,
                'p' => port.ToString(CultureInfo.InvariantCulture),
                'u' => user,
                'd' => database,
                _ => "%",
            });
        }

        return filled.ToString();
    }
}
