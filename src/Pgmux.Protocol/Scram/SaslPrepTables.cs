using System.Globalization;
using System.Text;

namespace Pgmux.Protocol;

/// <summary>
/// The characters that SASLprep treats in a special way, from the resource made by <c>saslprep-tables.py</c>. Loaded with the first
/// password that is not ASCII: pgmux runs without ICU, where .NET cannot normalize.
/// </summary>
internal sealed class SaslPrepTables
{
    private const string ResourceName = "saslprep-tables.txt";

    private static readonly Lazy<SaslPrepTables> Loaded = new(Load);

    private readonly Dictionary<string, CodePointRanges> _sets = [];
    private readonly Dictionary<int, int> _combiningClasses = [];
    private readonly Dictionary<int, int[]> _decompositions = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];

    private SaslPrepTables()
    {
    }

    /// <summary>The tables.</summary>
    public static SaslPrepTables Instance => Loaded.Value;

    /// <summary>Spaces other than the ASCII one (RFC 3454, C.1.2).</summary>
    public CodePointRanges Spaces => _sets["space"];

    /// <summary>What is mapped to nothing (B.1).</summary>
    public CodePointRanges Nothing => _sets["nothing"];

    /// <summary>What must not occur (C.1.2 to C.9).</summary>
    public CodePointRanges Prohibited => _sets["prohibited"];

    /// <summary>What Unicode 3.2 does not know (A.1).</summary>
    public CodePointRanges Unassigned => _sets["unassigned"];

    /// <summary>Letters written from right to left (D.1).</summary>
    public CodePointRanges RightToLeft => _sets["right-to-left"];

    /// <summary>Letters written from left to right (D.2).</summary>
    public CodePointRanges LeftToRight => _sets["left-to-right"];

    /// <summary>Canonical combining class; 0 for characters that stand alone.</summary>
    public int CombiningClass(int codePoint) => _combiningClasses.GetValueOrDefault(codePoint);

    /// <summary>Full compatibility decomposition; false when the character is its own.</summary>
    public bool TryDecompose(int codePoint, out int[] parts) => _decompositions.TryGetValue(codePoint, out parts!);

    /// <summary>The character that both make together.</summary>
    public bool TryCompose(int first, int second, out int composed) => _compositions.TryGetValue((first, second), out composed);

    private static SaslPrepTables Load()
    {
        var tables = new SaslPrepTables();
        using var stream = typeof(SaslPrepTables).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"the resource {ResourceName} is missing");
        using var reader = new StreamReader(stream, Encoding.ASCII);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                tables.Add(line.Split(' '));
            }
        }

        return tables;
    }

    private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static (int First, int Last) Range(string text)
    {
        var ends = text.Split('-');
        return (Hexadecimal(ends[0]), Hexadecimal(ends[^1]));
    }

    private void Add(string[] words)
    {
        switch (words[0])
        {
            case "class":
                foreach (var (first, last) in words[2..].Select(Range))
                {
                    for (var codePoint = first; codePoint <= last; codePoint++)
                    {
                        _combiningClasses[codePoint] = int.Parse(words[1], CultureInfo.InvariantCulture);
                    }
                }

                break;
            case "decompose":
                _decompositions[Hexadecimal(words[1])] = [.. words[2..].Select(Hexadecimal)];
                break;
            case "compose":
                _compositions[(Hexadecimal(words[1]), Hexadecimal(words[2]))] = Hexadecimal(words[3]);
                break;
            default:
                var ranges = words[1..].Select(Range).ToArray();
                _sets[words[0]] = new CodePointRanges([.. ranges.Select(range => range.First)], [.. ranges.Select(range => range.Last)]);
                break;
        }
    }
}
