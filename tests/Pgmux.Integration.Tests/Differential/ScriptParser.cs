using System.Globalization;

namespace Pgmux.Integration.Tests.Differential;

/// <summary>Reads a script: comments with settings, then a step per line.</summary>
internal static class ScriptParser
{
    public static Script Parse(string name, string text)
    {
        var script = new Script { Name = name, Text = text, Steps = [] };
        var steps = new List<ScriptStep>();
        var setup = new List<string>();
        var lines = text.Split('\n').Select(line => line.Trim()).ToArray();
        foreach (var line in lines.Where(line => line.StartsWith("#:", StringComparison.Ordinal)))
        {
            script = Apply(script, line[2..].Trim(), setup);
        }

        ReadSteps(lines.Where(line => line.Length > 0 && line[0] != '#').ToArray(), steps);
        return script with { Steps = steps, Setup = setup };
    }

    private static Script Apply(Script script, string line, List<string> setup)
    {
        var at = line.IndexOf(' ');
        var (key, value) = (line[..at], line[(at + 1)..].Trim());
        switch (key)
        {
            case "rows":
                return script with { Rows = [.. script.Rows, .. value.Split(' ')] };
            case "pool":
                return script with { PoolSize = int.Parse(value, CultureInfo.InvariantCulture) };
            case "statements":
                return script with { PreparedStatements = int.Parse(value, CultureInfo.InvariantCulture) };
            case "modes":
                return script with { Modes = value.Split(' ') };
            case "shares":
                return script with { SharesUnnamed = value == "unnamed" };
            case "splits":
                return script with { IsSplit = value == "all" };
            case "setup":
                setup.Add(value);
                return script;
            default:
                throw new FormatException($"{script.Name}: unknown setting {key}");
        }
    }

    private static void ReadSteps(string[] lines, List<ScriptStep> steps)
    {
        for (var at = 0; at < lines.Length; at++)
        {
            if (lines[at].StartsWith("repeat ", StringComparison.Ordinal))
            {
                // The block ends at its own `end`; a block inside a block is not known.
                var end = Array.IndexOf(lines, "end", at);
                var count = int.Parse(lines[at].AsSpan("repeat ".Length), CultureInfo.InvariantCulture);
                for (var turn = 1; turn <= count; turn++)
                {
                    var number = turn.ToString(CultureInfo.InvariantCulture);
                    steps.AddRange(lines[(at + 1)..end].Select(line => ReadStep(line.Replace("%n", number, StringComparison.Ordinal))));
                }

                at = end;
            }
            else
            {
                steps.Add(ReadStep(lines[at]));
            }
        }
    }

    private static ScriptStep ReadStep(string text)
    {
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        var client = colon > 0 && int.TryParse(text.AsSpan(0, colon), CultureInfo.InvariantCulture, out var number) ? number : 0;
        var line = new ScriptLine(client > 0 ? text[(colon + 1)..] : text);
        client = Math.Max(client, 1);
        var word = line.Word();
        var step = word switch
        {
            "send" => new ScriptStep(client, ScriptAction.Send, []),
            "reset" => new ScriptStep(client, ScriptAction.Reset, []),
            "until" => Until(client, line),
            _ => new ScriptStep(client, ScriptAction.Write, ScriptMessages.Read(word, line)),
        };
        return line.IsAtEnd ? step : throw line.Fault("the line should end");
    }

    private static ScriptStep Until(int client, ScriptLine line)
    {
        var what = line.Word();
        return what == "close"
            ? new ScriptStep(client, ScriptAction.UntilClosed, [])
            : new ScriptStep(client, ScriptAction.Until, [], what[0], line.NumberOr(1));
    }
}
