using System.Globalization;

namespace Pgmux.Core.Configuration;

/// <summary>A number of bytes from 1 on, without a unit; may be above what an int holds.</summary>
internal sealed class ByteCountType : SettingType<long>
{
    /// <inheritdoc/>
    public override bool TryParse(string text, out long value, out string problem)
    {
        problem = "must be a whole number of bytes from 1 on, without a unit";
        return CNumber.TryParseInteger(text, out value) && value > 0;
    }

    /// <inheritdoc/>
    public override string Print(long value) => value.ToString(CultureInfo.InvariantCulture);
}
