using System.Text.RegularExpressions;

namespace Pgmux.Core.Configuration.Hba;

/// <summary>
/// A regular expression for names, written behind a slash as in PostgreSQL. It may match any part of a name, so most begin with ^ and end
/// with $. The language is .NET's without look-around and back references, which covers what such files use of PostgreSQL's; what would
/// silently mean something else is refused. Matching takes time in proportion to the name, whatever the expression.
/// </summary>
internal sealed class NamePattern
{
    /// <summary>Longer ones are lists of names, which are quicker to look up in a file.</summary>
    public const int LongestPattern = 1024;

    /// <summary>Never needed by the engine that is used; what a name costs at most if that should be wrong.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;

    private NamePattern(Regex regex) => _regex = regex;

    /// <summary>Whether there is something that \1 stands for.</summary>
    public bool HasGroup => _regex.GetGroupNumbers().Length > 1;

    /// <summary>Whether a word is meant as an expression.</summary>
    public static bool IsPattern(string text) => text.Length > 1 && text[0] == '/';

    /// <summary>Reads the expression behind the slash; <paramref name="problem"/> says what is wrong with it.</summary>
    public static NamePattern? Parse(string text, out string problem)
    {
        problem = "";
        if (text.Length > LongestPattern)
        {
            problem = $"the regular expression has more than {LongestPattern} characters";
        }
        else if (text.Contains("[:", StringComparison.Ordinal) || text.Contains("[=", StringComparison.Ordinal) || text.Contains("[.", StringComparison.Ordinal))
        {
            problem = "the regular expression has a class such as [:digit:]; write [0-9] or \\d";
        }
        else
        {
            try
            {
                return new NamePattern(new Regex(text[1..], RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience));
            }
            catch (RegexParseException e)
            {
                problem = $"wrong regular expression: {e.Error} at character {e.Offset + 1} behind the slash";
            }
            catch (NotSupportedException)
            {
                problem = "the regular expression needs look-around, a back reference or too many states, which are not supported";
            }
        }

        return null;
    }

    /// <summary>Whether the name fits.</summary>
    /// <exception cref="RegexMatchTimeoutException">It took too long; whoever asks must refuse.</exception>
    public bool Matches(string name) => IsOneLine(name) && _regex.IsMatch(name);

    /// <summary>What the first group of the expression has matched; null when it has not.</summary>
    /// <exception cref="RegexMatchTimeoutException">It took too long; whoever asks must refuse.</exception>
    public string? FirstGroup(string name)
    {
        var match = IsOneLine(name) ? _regex.Match(name) : Match.Empty;
        return match.Success && match.Groups[1].Success ? match.Groups[1].Value : null;
    }

    /// <summary>The expression as it was written.</summary>
    public override string ToString() => $"/{_regex}";

    // In .NET $ also matches before a line break at the end: "admin\n" must not pass for "admin".
    private static bool IsOneLine(string name) => !name.Contains('\n');
}
