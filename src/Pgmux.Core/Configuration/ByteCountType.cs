using System.Globalization;
using Pgmux.Core.Configuration.Values;

namespace Pgmux.Core.Configuration;

/// <summary>A number of bytes within limits, with or without a unit.</summary>
internal sealed class ByteCountType(long minimum, long maximum) : SettingType<long>
{
    /// <inheritdoc/>
    public override bool TryParse(string text, out long value, out string problem)
    {
        problem = string.Create(CultureInfo.InvariantCulture, $"must be a number of bytes from {minimum} on, such as {Math.Max(minimum, 8192)}, with or without a unit ({UnitOfSize.Words})");
        if (!UnitOfSize.TryParse(text, out value) || value < minimum)
        {
            return false;
        }

        problem = string.Create(CultureInfo.InvariantCulture, $"must be at most {maximum} bytes");
        return value <= maximum;
    }

    /// <inheritdoc/>
    public override string Print(long value) => value.ToString(CultureInfo.InvariantCulture);
}
