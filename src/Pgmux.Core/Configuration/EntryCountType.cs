using System.Globalization;

namespace Pgmux.Core.Configuration;

/// <summary>A number in [databases] or [users], read as atoi reads it; negative ones count as not given.</summary>
internal sealed class EntryCountType : SettingType<int?>
{
    /// <inheritdoc/>
    public override bool TryParse(string text, out int? value, out string problem)
    {
        problem = "must be a whole number";
        var isNumber = CNumber.TryParsePrefix(text, out var number);
        value = number < 0 ? null : number;
        return isNumber;
    }

    /// <inheritdoc/>
    public override string? Print(int? value) => value?.ToString(CultureInfo.InvariantCulture);
}
