namespace Pgmux.Simulation.Tests.Drivers;

/// <summary>A table of things to choose from, each with its weight and the reason for it.</summary>
internal sealed class Weighted<T>
{
    private readonly (int Weight, T Item)[] _entries;
    private readonly int _sum;

    public Weighted(params IEnumerable<(int Weight, string Reason, T Item)> entries)
    {
        _entries = [.. entries.Select(entry => (entry.Weight, entry.Item))];
        _sum = _entries.Sum(entry => entry.Weight);
    }

    public T Choose(Random random)
    {
        var left = random.Next(_sum);
        foreach (var (weight, item) in _entries)
        {
            left -= weight;
            if (left < 0)
            {
                return item;
            }
        }

        throw new System.Diagnostics.UnreachableException("The weights end before their sum");
    }
}
