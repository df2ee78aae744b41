namespace Pgmux.Core.Configuration.Values;

/// <summary>
/// Times with PostgreSQL's units: a decimal number, blanks, and <c>us</c>, <c>ms</c>, <c>s</c>, <c>min</c>, <c>h</c> or <c>d</c>.
/// https://www.postgresql.org/docs/current/config-setting.html
/// </summary>
internal static class UnitOfTime
{
    /// <summary>What may follow the number.</summary>
    public const string Words = "us, ms, s, min, h or d";

    /// <summary>Reads a number that has one of the units behind it; false for anything else, a bare number too.</summary>
    public static bool TryParse(string text, out double seconds)
    {
        seconds = 0;
        return UnitText.TrySplit(text, out var number, out var unit)
            && SecondsIn(unit) is { } factor
            && CNumber.TryParseSeconds(number, out seconds)
            && double.IsFinite(seconds *= factor);
    }

    private static double? SecondsIn(string unit) => unit switch
    {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1,
        "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => null,
    };
}
