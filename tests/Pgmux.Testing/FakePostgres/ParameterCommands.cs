using System.Text.RegularExpressions;

namespace Pgmux.Testing.FakePostgres;

/// <summary>SET, RESET and set_config of the model's little language.</summary>
internal sealed partial class ParameterCommands(RuntimeParameters parameters)
{
    /// <summary>SET; its tag.</summary>
    public string Set(string sql)
    {
        var match = SetStatement().Match(sql);
        var name = SqlText.Unquote(match.Groups["name"].Value);
        var value = SqlText.Unquote(match.Groups["value"].Value, parameters.HasStandardStrings);
        return parameters.TrySet(name, value)
            ? "SET"
            : throw new PostgresErrorException("22023", $"invalid value for parameter \"{name}\": \"{value}\"");
    }

    /// <summary>SELECT set_config(...), which is how pgmux sets what SET cannot; the value, or null when the text is something else.</summary>
    public string? SetBySelect(string sql)
    {
        if (SetConfig().Match(sql) is not { Success: true } match)
        {
            return null;
        }

        var value = SqlText.Unquote(match.Groups["value"].Value, parameters.HasStandardStrings);
        parameters.TrySet(SqlText.Unquote(match.Groups["name"].Value), value);
        return value;
    }

    /// <summary>RESET; its tag.</summary>
    public string Reset(string argument)
    {
        var name = SqlText.Unquote(argument);
        if (string.Equals(name, "ALL", StringComparison.OrdinalIgnoreCase))
        {
            parameters.ResetAll();
        }
        else
        {
            parameters.Reset(name);
        }

        return "RESET";
    }

    [GeneratedRegex("""^SET\s+(?<name>"(?:[^"]|"")*"(?:\."(?:[^"]|"")*")*|[\w.]+)\s*(?:=|TO\b)\s*(?<value>.*)$""", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex SetStatement();

    [GeneratedRegex("""^SELECT pg_catalog\.set_config\((?<name>'[^']*'),(?<value>.*),false\)$""", RegexOptions.Singleline)]
    private static partial Regex SetConfig();
}
