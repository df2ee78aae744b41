namespace Pgmux;

/// <summary>
/// Reads arguments as getopt_long does, since service files and scripts rely on it: short options may share a dash (-qv), a
/// value may follow at once (-upostgres), long names may be shortened, and options may stand behind the file.
/// </summary>
internal static class CommandLineParser
{
    private static readonly (char Letter, string Word)[] Options =
    [
        ('d', "daemon"),
        ('q', "quiet"),
        ('R', "reboot"),
        ('u', "user"),
        ('v', "verbose"),
        ('V', "version"),
        ('h', "help"),
        (Check, "check"),
    ];

    // --check has no letter; PgBouncer's letters are its own business.
    private const char Check = '\0';

    /// <summary>Reads the arguments; what is wrong comes back as <see cref="CommandLineAction.Refuse"/>.</summary>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var line = new CommandLine();
        var files = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument == "--")
            {
                files.AddRange(arguments.Skip(i + 1));
                break;
            }

            var next = i + 1 < arguments.Count ? arguments[i + 1] : null;
            var usesNext = false;
            if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                line = TakeLong(line, argument, next, out usesNext);
            }
            else if (argument.Length > 1 && argument[0] == '-')
            {
                line = TakeShort(line, argument, next, out usesNext);
            }
            else
            {
                files.Add(argument);
            }

            // The first that speaks wins, in the order of the line, as with getopt.
            if (line.Action is CommandLineAction.Refuse or CommandLineAction.ShowHelp or CommandLineAction.ShowVersion)
            {
                return line;
            }

            i += usesNext ? 1 : 0;
        }

        return files.Count switch
        {
            1 => line with { ConfigFile = files[0] },
            0 => Refuse(line, "no configuration file specified"),
            _ => Refuse(line, $"one configuration file is wanted, not {files.Count}"),
        };
    }

    private static CommandLine TakeShort(CommandLine line, string argument, string? next, out bool usesNext)
    {
        usesNext = false;
        for (var i = 1; i < argument.Length; i++)
        {
            if (argument[i] == 'u')
            {
                usesNext = i + 1 == argument.Length;
                var user = usesNext ? next : argument[(i + 1)..];
                return user is null ? Refuse(line, "option -u needs a user name") : line with { User = user };
            }

            line = Take(line, argument[i], $"-{argument[i]}");
            if (line.Action == CommandLineAction.Refuse)
            {
                break;
            }
        }

        return line;
    }

    private static CommandLine TakeLong(CommandLine line, string argument, string? next, out bool usesNext)
    {
        usesNext = false;
        var parts = argument[2..].Split('=', 2);
        var matches = Options.Where(option => option.Word.StartsWith(parts[0], StringComparison.Ordinal)).ToArray();
        var exact = matches.Where(option => option.Word == parts[0]).ToArray();
        if (exact.Length == 1)
        {
            matches = exact;
        }

        if (matches.Length != 1 || parts[0].Length == 0)
        {
            return Refuse(line, matches.Length == 0 ? $"unknown option --{parts[0]}" : $"option --{parts[0]} is ambiguous");
        }

        var (letter, word) = matches[0];
        if (letter != 'u')
        {
            return parts.Length == 2 ? Refuse(line, $"option --{word} takes no value") : Take(line, letter, $"--{word}");
        }

        usesNext = parts.Length == 1;
        var user = usesNext ? next : parts[1];
        return user is null ? Refuse(line, "option --user needs a user name") : line with { User = user };
    }

    private static CommandLine Take(CommandLine line, char letter, string written) => letter switch
    {
        'd' => line with { IsDaemon = true },
        'q' => line with { IsQuiet = true },
        'R' => line with { IsReboot = true },
        'v' => line with { Verbosity = line.Verbosity + 1 },
        'V' => line with { Action = CommandLineAction.ShowVersion },
        'h' => line with { Action = CommandLineAction.ShowHelp },
        Check when written == "--check" => line with { Action = CommandLineAction.Check },
        _ => Refuse(line, $"unknown option {written}"),
    };

    private static CommandLine Refuse(CommandLine line, string problem)
        => line with { Action = CommandLineAction.Refuse, Problem = problem };
}
