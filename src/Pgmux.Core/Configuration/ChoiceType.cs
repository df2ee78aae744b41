namespace Pgmux.Core.Configuration;

/// <summary>One of a few names, in any case of letters.</summary>
/// <param name="choices">The names that are understood, the first for each value being the one that is printed.</param>
internal sealed class ChoiceType<T>((string Name, T Value)[] choices) : SettingType<T>
    where T : struct, Enum
{
    /// <summary>Names that are for another place, each with the sentence that says which.</summary>
    public IReadOnlyDictionary<string, string> Elsewhere { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public override bool TryParse(string text, out T value, out string problem)
    {
        foreach (var choice in choices)
        {
            if (choice.Name.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                value = choice.Value;
                problem = "";
                return true;
            }
        }

        value = default;
        var known = $"must be one of {string.Join(", ", choices.Select(choice => choice.Name))}";
        problem = Elsewhere.TryGetValue(text.ToLowerInvariant(), out var place) ? $"{known}; {place}" : known;
        return false;
    }

    /// <inheritdoc/>
    public override string Print(T value)
        => Array.Find(choices, choice => EqualityComparer<T>.Default.Equals(choice.Value, value)).Name;
}
