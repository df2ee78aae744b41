namespace Pgmux.Protocol;

/// <summary>A set of characters as ordered ranges.</summary>
internal sealed class CodePointRanges(int[] firsts, int[] lasts)
{
    /// <summary>Whether the set holds <paramref name="codePoint"/>.</summary>
    public bool Contains(int codePoint)
    {
        var index = Array.BinarySearch(firsts, codePoint);
        if (index >= 0)
        {
            return true;
        }

        var before = ~index - 1;
        return before >= 0 && codePoint <= lasts[before];
    }
}
