namespace Pgmux.Core.Configuration.Values;

/// <summary>A number with a unit behind it.</summary>
internal static class UnitText
{
    /// <summary>Cuts the text in front of the letters that it ends with; false when there are none, or nothing stands before them.</summary>
    public static bool TrySplit(string text, out string number, out string unit)
    {
        var length = text.AsSpan().TrimEnd(' ').Length;
        var start = length;
        while (start > 0 && char.IsAsciiLetter(text[start - 1]))
        {
            start--;
        }

        number = text[..start].TrimEnd(' ');
        unit = text[start..length];
        return number.Length > 0 && unit.Length > 0;
    }
}
