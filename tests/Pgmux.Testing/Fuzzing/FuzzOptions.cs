using System.Globalization;

namespace Pgmux.Testing.Fuzzing;

/// <summary>How long and from which seed to fuzz, as the environment says; tests/fuzz.sh sets it.</summary>
internal sealed record FuzzOptions
{
    /// <summary>The variable with the seconds for each target.</summary>
    public const string SecondsVariable = "PGMUX_FUZZ_SECONDS";

    /// <summary>The variable with the seed.</summary>
    public const string SeedVariable = "PGMUX_FUZZ_SEED";

    /// <summary>The variable with one input in hexadecimal, which is then the only one that is run.</summary>
    public const string InputVariable = "PGMUX_FUZZ_INPUT";

    /// <summary>The same for every commit, so that a red build is about the change. Other seeds are tried by hand.</summary>
    public const int DefaultSeed = 1;

    /// <summary>When to stop, null for the target's own time; the sequence of inputs does not depend on it.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>What the sequence of inputs follows from.</summary>
    public int Seed { get; init; } = DefaultSeed;

    /// <summary>Most inputs; for tests of the engine.</summary>
    public long MostInputs { get; init; } = long.MaxValue;

    /// <summary>The input to replay, or null.</summary>
    public byte[]? Input { get; init; }

    public static FuzzOptions FromEnvironment() => new()
    {
        Duration = Number(SecondsVariable) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Seed = Number(SeedVariable) ?? DefaultSeed,
        Input = Environment.GetEnvironmentVariable(InputVariable) is { Length: > 0 } hex ? Convert.FromHexString(hex) : null,
    };

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
