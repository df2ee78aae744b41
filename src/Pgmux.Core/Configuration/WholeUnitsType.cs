using System.Globalization;

namespace Pgmux.Core.Configuration;

/// <summary>A time that PgBouncer keeps as a whole number of some unit, such as tcp_user_timeout in milliseconds.</summary>
internal sealed class WholeUnitsType(TimeSpan unit, int minimum) : SettingType<TimeSpan>
{
    private readonly IntegerType _number = new(minimum, int.MaxValue);

    /// <inheritdoc/>
    public override bool TryParse(string text, out TimeSpan value, out string problem)
    {
        var isNumber = _number.TryParse(text, out var units, out problem);
        value = units * unit;
        return isNumber;
    }

    /// <inheritdoc/>
    public override string Print(TimeSpan value) => ((long)(value / unit)).ToString(CultureInfo.InvariantCulture);
}
