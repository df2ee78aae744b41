using System.Globalization;

namespace Pgmux.Benchmarks.Load;

/// <summary>What <see cref="HoldClientsVerb"/> was asked to do.</summary>
internal sealed record HoldClientsOptions
{
    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 5432;

    public string Database { get; init; } = "postgres";

    public string User { get; init; } = "postgres";

    /// <summary>Empty where the server trusts.</summary>
    public string Password { get; init; } = "";

    /// <summary>Clients to add per step; the next step begins when a line comes in.</summary>
    public IReadOnlyList<int> Steps { get; init; } = [2000];

    /// <exception cref="FormatException">The arguments are not pairs of a known name and a value.</exception>
    public static HoldClientsOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new HoldClientsOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : throw new FormatException($"{arguments[i]} needs a value");
            options = arguments[i] switch
            {
                "--host" => options with { Host = value },
                "--port" => options with { Port = Number(value) },
                "--database" => options with { Database = value },
                "--user" => options with { User = value },
                "--password" => options with { Password = value },
                "--count" => options with { Steps = [Number(value)] },
                "--steps" => options with { Steps = [.. value.Split(',').Select(Number)] },
                var other => throw new FormatException($"unknown argument {other}"),
            };
        }

        return options;
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new FormatException($"{text} is not a number above 0");
}
