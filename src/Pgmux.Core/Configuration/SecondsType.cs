using System.Globalization;
using Pgmux.Core.Configuration.Values;

namespace Pgmux.Core.Configuration;

/// <summary>A time in decimal seconds, or with a unit. PgBouncer's has none.</summary>
internal sealed class SecondsType : SettingType<TimeSpan>
{
    /// <summary>Thirty years: far above any time limit that makes sense, far below what overflows a clock.</summary>
    private const double LongestSeconds = 1e9;

    /// <inheritdoc/>
    public override bool TryParse(string text, out TimeSpan value, out string problem)
    {
        problem = $"must be a time in seconds, such as 30 or 0.5, or one with a unit ({UnitOfTime.Words})";
        if (!CNumber.TryParseSeconds(text, out var seconds) && !UnitOfTime.TryParse(text, out seconds))
        {
            value = default;
            return false;
        }

        problem = $"must be at most {LongestSeconds.ToString("F0", CultureInfo.InvariantCulture)} seconds";
        value = TimeSpan.FromSeconds(Math.Min(seconds, LongestSeconds));
        return seconds <= LongestSeconds;
    }

    /// <inheritdoc/>
    public override string Print(TimeSpan value) => value.TotalSeconds.ToString("0.#######", CultureInfo.InvariantCulture);
}
