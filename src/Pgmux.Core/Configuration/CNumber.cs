using System.Globalization;

namespace Pgmux.Core.Configuration;

/// <summary>Numbers as the C library reads them, because that is how PgBouncer reads its files. No locale takes part.</summary>
internal static class CNumber
{
    /// <summary>strtol with base 0: 0x is hexadecimal, a leading 0 octal; the whole text must be a number.</summary>
    public static bool TryParseInteger(string text, out long value)
    {
        value = 0;
        var rest = SkipSign(text, out var isNegative);
        var radix = rest is ['0', 'x' or 'X', ..] ? 16 : rest is ['0', _, ..] ? 8 : 10;
        var digits = radix == 16 ? rest[2..] : rest;
        if (digits.IsEmpty)
        {
            return false;
        }

        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
            {
                return false;
            }

            // Saturates, as strtol does: whoever asks checks the range.
            value = value > (long.MaxValue - digit) / radix ? long.MaxValue : (value * radix) + digit;
        }

        value = isNegative ? -value : value;
        return true;
    }

    /// <summary>atoi: digits from the start, whatever follows is ignored. False when there is no digit at all.</summary>
    public static bool TryParsePrefix(string text, out int value)
    {
        value = 0;
        var rest = SkipSign(text, out var isNegative);
        var length = rest.IndexOfAnyExceptInRange('0', '9');
        var digits = length < 0 ? rest : rest[..length];
        if (digits.IsEmpty)
        {
            return false;
        }

        foreach (var c in digits)
        {
            value = (int)Math.Min(((long)value * 10) + (c - '0'), int.MaxValue);
        }

        value = isNegative ? -value : value;
        return true;
    }

    /// <summary>strtod for times: decimal seconds, a point and never a comma, not negative.</summary>
    public static bool TryParseSeconds(string text, out double seconds)
    {
        const NumberStyles style = NumberStyles.AllowLeadingWhite | NumberStyles.AllowLeadingSign
            | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, style, CultureInfo.InvariantCulture, out seconds) && seconds >= 0 && double.IsFinite(seconds);
    }

    private static ReadOnlySpan<char> SkipSign(string text, out bool isNegative)
    {
        var rest = text.AsSpan().TrimStart(" \t\n\v\f\r");
        isNegative = rest is ['-', ..];
        return rest is ['-' or '+', ..] ? rest[1..] : rest;
    }
}
