using System.Text;

namespace Pgmux.Protocol;

/// <summary>
/// The <c>options</c> parameter of a startup packet: words separated by white space, a backslash takes the next character as it is.
/// Of the switches that PostgreSQL knows only those that set a run-time parameter are allowed, as in PgBouncer.
/// </summary>
public sealed class StartupOptions
{
    /// <summary>What a client is told whose options hold anything else. PgBouncer's text.</summary>
    public const string UnsupportedText =
        "unsupported options startup parameter: only '-c config=val' and '--config=val' are allowed";

    private const string ShortSwitch = "-c";
    private const string LongSwitch = "--";

    private StartupOptions(IReadOnlyList<KeyValuePair<string, string>> settings, string? error)
    {
        Settings = settings;
        Error = error;
    }

    /// <summary>Parameters in the order given; empty when <see cref="Error"/> is set.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; }

    /// <summary>Why the options are refused, or null.</summary>
    public string? Error { get; }

    /// <summary>Reads the value of the parameter.</summary>
    public static StartupOptions Parse(string options)
    {
        var settings = new List<KeyValuePair<string, string>>();
        var words = new Queue<string>(Split(options));
        while (words.TryDequeue(out var word))
        {
            string? assignment = null;
            if (word == ShortSwitch)
            {
                words.TryDequeue(out assignment);
            }
            else if (word.StartsWith(ShortSwitch, StringComparison.Ordinal))
            {
                assignment = word[ShortSwitch.Length..];
            }
            else if (word.StartsWith(LongSwitch, StringComparison.Ordinal))
            {
                assignment = word[LongSwitch.Length..];
            }

            var equals = assignment?.IndexOf('=', StringComparison.Ordinal) ?? -1;
            if (equals <= 0)
            {
                return new StartupOptions([], UnsupportedText);
            }

            // A dash stands for an underscore in the name, as on PostgreSQL's own command line.
            settings.Add(KeyValuePair.Create(assignment![..equals].Replace('-', '_'), assignment[(equals + 1)..]));
        }

        return new StartupOptions(settings, null);
    }

    private static IEnumerable<string> Split(string options)
    {
        var word = new StringBuilder();
        var isInWord = false;
        var isEscaped = false;
        foreach (var character in options)
        {
            if (IsSpace(character) && !isEscaped)
            {
                if (isInWord)
                {
                    yield return word.ToString();
                    word.Clear();
                    isInWord = false;
                }

                continue;
            }

            isInWord = true;
            if (character == '\\' && !isEscaped)
            {
                isEscaped = true;
                continue;
            }

            word.Append(character);
            isEscaped = false;
        }

        if (isInWord)
        {
            yield return word.ToString();
        }
    }

    /// <summary>C's isspace in the C locale.</summary>
    private static bool IsSpace(char character) => character is ' ' or (>= '\t' and <= '\r');
}
