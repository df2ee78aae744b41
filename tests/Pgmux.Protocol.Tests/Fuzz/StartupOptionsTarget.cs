using System.Text;
using Pgmux.Testing.Fuzzing;

namespace Pgmux.Protocol.Tests.Fuzz;

/// <summary>
/// The options of a startup packet, against a second reading of them that was written from PostgreSQL's pg_split_opts and its handling
/// of -c and --name: a state at a time instead of a word at a time.
/// </summary>
internal sealed class StartupOptionsTarget : FuzzTarget
{
    public override string Name => "StartupOptions";

    public override TimeSpan Duration => TimeSpan.FromSeconds(10);

    public override int MostBytes => 2 * 1024;

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        [.. "-c geqo=off --search_path=public"u8],
        [.. @"-c search_path=a,\ b"u8],
        [.. "  -c\ta=b\n--c=d\v-c e=f "u8],
        [.. @"-c a=\\b\c -ca=b\"u8],
        [.. "-c a='x' --search-path=x -c a=b=c -c a="u8],
        [.. "-d 5 -e -c"u8],
        [.. "-- --a --=b -c =b -c -c a=b"u8],
        [.. "-c name=\xC3\xA9\xFF"u8],
    ];

    public override IReadOnlyList<byte[]> Dictionary { get; } =
        [[.. "-c"u8], [.. "-c "u8], [.. "--"u8], [.. "="u8], [.. " "u8], [.. @"\"u8], [.. @"\ "u8], [.. "\t"u8], [.. "\v"u8], [.. "-"u8], [.. "_"u8], [.. "a=b"u8]];

    public override string Run(byte[] input)
    {
        var text = WireText.Decode(input);
        var parsed = StartupOptions.Parse(text);
        var expected = Settings(Words(text));
        FuzzFindingException.Require(parsed.Error is null == expected is not null, $"refused or not: {parsed.Error}");
        FuzzFindingException.Require(
            parsed.Settings.SequenceEqual(expected ?? []),
            $"settings are {string.Join('|', parsed.Settings)} and should be {string.Join('|', expected ?? [])}");
        return parsed.Error is null ? $"{string.Concat(parsed.Settings.Take(2).Select(setting => $"{Shape(setting.Key)}{Shape(setting.Value)}"))}" : "refused";
    }

    private static char Shape(string text) => text.Length == 0 ? 'e' : text.Contains(' ') ? 's' : text.Contains('\\') ? 'b' : text.Contains('=') ? '=' : 'x';

    // pg_split_opts: white space ends a word, a backslash takes the next character.
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && " \t\n\v\f\r".Contains(text[at]))
            {
                at++;
            }

            if (at == text.Length)
            {
                return words;
            }

            var word = new StringBuilder();
            for (; at < text.Length && !" \t\n\v\f\r".Contains(text[at]); at++)
            {
                if (text[at] == '\\' && ++at == text.Length)
                {
                    break;
                }

                word.Append(text[at]);
            }

            words.Add(word.ToString());
        }
    }

    // getopt: the value of -c is the rest of its word or the next one; -- is the same to PostgreSQL.
    private static List<KeyValuePair<string, string>>? Settings(List<string> words)
    {
        var settings = new List<KeyValuePair<string, string>>();
        for (var index = 0; index < words.Count; index++)
        {
            if (!words[index].StartsWith("-c", StringComparison.Ordinal) && !words[index].StartsWith("--", StringComparison.Ordinal))
            {
                return null;
            }

            var value = words[index] == "-c" ? words.ElementAtOrDefault(++index) : words[index][2..];
            var (name, equals) = (value?.Split('=')[0] ?? "", value?.IndexOf('=', StringComparison.Ordinal) ?? -1);
            if (name.Length == 0 || equals < 0)
            {
                return null;
            }

            settings.Add(new(name.Replace('-', '_'), value![(equals + 1)..]));
        }

        return settings;
    }
}
