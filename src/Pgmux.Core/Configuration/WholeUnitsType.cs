using System.Globalization;
using Pgmux.Core.Configuration.Values;

namespace Pgmux.Core.Configuration;

/// <summary>
/// A time that PgBouncer keeps as a whole number of some unit, such as tcp_user_timeout in milliseconds; with a unit of its own it must
/// come out as one.
/// </summary>
internal sealed class WholeUnitsType(TimeSpan unit, int minimum) : SettingType<TimeSpan>
{
    private readonly IntegerType _number = new(minimum, int.MaxValue);

    /// <inheritdoc/>
    public override bool TryParse(string text, out TimeSpan value, out string problem)
    {
        // By way of the text, so that the limits of bare numbers hold.
        var written = UnitOfTime.TryParse(text, out var seconds) ? (seconds / unit.TotalSeconds).ToString("R", CultureInfo.InvariantCulture) : text;
        var isNumber = _number.TryParse(written, out var units, out problem);
        value = units * unit;
        problem = $"{problem}, {(unit == TimeSpan.FromSeconds(1) ? "in seconds" : $"in units of {unit.TotalMilliseconds} ms")}, or a time with a unit ({UnitOfTime.Words})";
        return isNumber;
    }

    /// <inheritdoc/>
    public override string Print(TimeSpan value) => ((long)(value / unit)).ToString(CultureInfo.InvariantCulture);
}
