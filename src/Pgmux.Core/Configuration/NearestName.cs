namespace Pgmux.Core.Configuration;

/// <summary>Finds what somebody probably meant to type.</summary>
internal static class NearestName
{
    /// <summary>Words longer than this are not typing errors, and comparing them costs the square of their length.</summary>
    private const int LongestWord = 64;

    /// <summary>The known name with the fewest edits from <paramref name="written"/>, or null when none is near.</summary>
    public static string? Find(string written, IEnumerable<string> known)
    {
        if (written.Length > LongestWord)
        {
            return null;
        }

        var nearest = default(string);
        var fewest = Math.Max(2, written.Length / 3) + 1;
        foreach (var name in known)
        {
            var edits = Edits(written.ToLowerInvariant(), name.ToLowerInvariant());
            if (edits < fewest && edits < name.Length)
            {
                (nearest, fewest) = (name, edits);
            }
        }

        return nearest;
    }

    /// <summary>The tail of a fault: <c>; did you mean x?</c>, or nothing.</summary>
    public static string Hint(string written, IEnumerable<string> known)
        => Find(written, known) is { } name ? $"; did you mean {name}?" : "";

    // Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    private static int Edits(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var best = Math.Min(Math.Min(table[i - 1, j], table[i, j - 1]) + 1, table[i - 1, j - 1] + cost);
                var isSwap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                table[i, j] = isSwap ? Math.Min(best, table[i - 2, j - 2] + 1) : best;
            }
        }

        return table[a.Length, b.Length];
    }
}
