using System.Text;

namespace Pgmux.Testing.Fuzzing;

/// <summary>The inputs that are worth mutating: the seeds, and those whose outcome was new. Bounded, however long the run is.</summary>
internal sealed class FuzzCorpus(IReadOnlyList<byte[]> seeds)
{
    /// <summary>With 16 KiB each, 32 MiB at most.</summary>
    private const int MostKept = 2000;

    /// <summary>More than any target has; where an outcome carries text that mutates, it ends the collecting.</summary>
    private const int MostOutcomes = 20_000;

    private readonly List<byte[]> _kept = [.. seeds];
    private readonly HashSet<string> _outcomes = [];

    /// <summary>Inputs held.</summary>
    public int Count => _kept.Count;

    /// <summary>Different outcomes seen.</summary>
    public int Outcomes => _outcomes.Count;

    /// <summary>The files of a folder below the test's output folder, in the order of their names.</summary>
    public static IEnumerable<byte[]> Files(string folder) =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fuzz", "Corpus", folder)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes);

    public byte[] Pick(Random random)
    {
        // What came last has been tried least.
        const int Recent = 32;
        var from = random.Next(3) == 0 ? Math.Max(0, _kept.Count - Recent) : 0;
        return _kept[random.Next(from, _kept.Count)];
    }

    /// <summary>Keeps an input when its outcome is new.</summary>
    public void Learn(byte[] input, string outcome, Random random)
    {
        if (_outcomes.Count == MostOutcomes || !_outcomes.Add(WithoutDigits(outcome)))
        {
            return;
        }

        if (_kept.Count < MostKept + seeds.Count)
        {
            _kept.Add(input);
        }
        else
        {
            _kept[random.Next(seeds.Count, _kept.Count)] = input;
        }
    }

    /// <summary>Numbers (lengths, positions, keys) make no outcome new.</summary>
    private static string WithoutDigits(string outcome)
    {
        var text = new StringBuilder(outcome.Length);
        foreach (var character in outcome)
        {
            if (!char.IsAsciiDigit(character))
            {
                text.Append(character);
            }
        }

        return text.ToString();
    }
}
