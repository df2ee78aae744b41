using System.Globalization;

namespace Pgmux.Core.Configuration;

/// <summary>A whole number within limits.</summary>
internal sealed class IntegerType(int minimum, int maximum) : SettingType<int>
{
    /// <inheritdoc/>
    public override bool TryParse(string text, out int value, out string problem)
    {
        value = 0;
        problem = maximum == int.MaxValue
            ? $"must be a whole number from {minimum} on"
            : $"must be a whole number from {minimum} to {maximum}";
        if (!CNumber.TryParseInteger(text, out var number) || number < minimum || number > maximum)
        {
            return false;
        }

        value = (int)number;
        return true;
    }

    /// <inheritdoc/>
    public override string Print(int value) => value.ToString(CultureInfo.InvariantCulture);
}
