namespace Pgmux.Protocol;

/// <summary>Normalization form KC over the characters of Unicode 3.2. Source: Unicode Standard Annex 15.</summary>
internal static class CompatibilityComposition
{
    // Hangul syllables are an arithmetic of their parts. Source: the Unicode Standard, section 3.12.
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    /// <summary>Decomposes, orders the combining marks, and composes again.</summary>
    public static List<int> Normalize(IEnumerable<int> codePoints)
    {
        var decomposed = new List<int>();
        foreach (var codePoint in codePoints)
        {
            Decompose(codePoint, decomposed);
        }

        OrderMarks(decomposed);
        return Compose(decomposed);
    }

    private static void Decompose(int codePoint, List<int> output)
    {
        var syllable = codePoint - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            output.Add(LeadBase + (syllable / (VowelCount * TrailCount)));
            output.Add(VowelBase + (syllable / TrailCount % VowelCount));
            if (syllable % TrailCount > 0)
            {
                output.Add(TrailBase + (syllable % TrailCount));
            }
        }
        else if (SaslPrepTables.Instance.TryDecompose(codePoint, out var parts))
        {
            output.AddRange(parts);
        }
        else
        {
            output.Add(codePoint);
        }
    }

    /// <summary>Sorts every run of marks by combining class, keeping the order of equal ones.</summary>
    private static void OrderMarks(List<int> codePoints)
    {
        var tables = SaslPrepTables.Instance;
        var start = 0;
        while (start < codePoints.Count)
        {
            var end = start;
            while (end < codePoints.Count && tables.CombiningClass(codePoints[end]) != 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                var ordered = codePoints.GetRange(start, end - start).OrderBy(tables.CombiningClass).ToList();
                for (var index = 0; index < ordered.Count; index++)
                {
                    codePoints[start + index] = ordered[index];
                }
            }

            start = end + 1;
        }
    }

    private static List<int> Compose(List<int> codePoints)
    {
        var output = new List<int>(codePoints.Count);
        var starter = -1;
        var lastClass = -1;
        foreach (var codePoint in codePoints)
        {
            var combiningClass = SaslPrepTables.Instance.CombiningClass(codePoint);

            // A mark joins its starter unless another of the same or a higher class stands between them.
            if (starter >= 0 && lastClass < combiningClass && TryCompose(output[starter], codePoint, out var composed))
            {
                output[starter] = composed;
                continue;
            }

            if (combiningClass == 0)
            {
                starter = output.Count;
                lastClass = -1;
            }
            else
            {
                lastClass = combiningClass;
            }

            output.Add(codePoint);
        }

        return output;
    }

    private static bool TryCompose(int first, int second, out int composed)
    {
        var lead = first - LeadBase;
        var vowel = second - VowelBase;
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
        {
            composed = SyllableBase + (((lead * VowelCount) + vowel) * TrailCount);
            return true;
        }

        var syllable = first - SyllableBase;
        var trail = second - TrailBase;
        if (syllable is >= 0 and < SyllableCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount)
        {
            composed = first + trail;
            return true;
        }

        return SaslPrepTables.Instance.TryCompose(first, second, out composed);
    }
}
