namespace Pgmux.Core.Configuration.Values;

/// <summary>
/// Numbers of bytes with PostgreSQL's units: a whole number, blanks, and <c>B</c>, <c>kB</c>, <c>MB</c>, <c>GB</c> or <c>TB</c>, each 1024
/// times the one before. https://www.postgresql.org/docs/current/config-setting.html
/// </summary>
internal static class UnitOfSize
{
    /// <summary>What may follow the number.</summary>
    public const string Words = "B, kB, MB, GB or TB";

    /// <summary>Reads a number with or without a unit; one that no long holds becomes the largest.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        if (CNumber.TryParseInteger(text, out bytes))
        {
            return true;
        }

        if (!UnitText.TrySplit(text, out var number, out var unit) || ShiftOf(unit) is not { } shift || !CNumber.TryParseInteger(number, out var count))
        {
            return false;
        }

        bytes = count > long.MaxValue >> shift ? long.MaxValue : count < 0 ? -1 : count << shift;
        return true;
    }

    private static int? ShiftOf(string unit) => unit switch
    {
        "B" => 0,
        "kB" => 10,
        "MB" => 20,
        "GB" => 30,
        "TB" => 40,
        _ => null,
    };
}
