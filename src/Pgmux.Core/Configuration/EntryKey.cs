namespace Pgmux.Core.Configuration;

/// <summary>One key that an entry of [databases] or [users] may have.</summary>
/// <typeparam name="TEntry">What the entry becomes.</typeparam>
internal sealed class EntryKey<TEntry>
{
    /// <summary>The key as it is written.</summary>
    public required string Name { get; init; }

    /// <summary>Puts the value into the entry; returns null, or what is wrong ("must be ...").</summary>
    public required Func<EntryDraft<TEntry>, string, string?> Apply { get; init; }

    /// <summary>A key whose text <paramref name="type"/> reads.</summary>
    public static EntryKey<TEntry> Of<T>(string name, SettingType<T> type, Func<TEntry, T, TEntry> with) => new()
    {
        Name = name,
        Apply = (draft, text) =>
        {
            if (!type.TryParse(text, out var value, out var problem))
            {
                return problem;
            }

            draft.Entry = with(draft.Entry, value);
            return null;
        },
    };

    /// <summary>A text.</summary>
    public static EntryKey<TEntry> Text(string name, Func<TEntry, string, TEntry> with)
        => Of(name, new TextType(), (entry, value) => with(entry, value!));

    /// <summary>A number read by atoi; below 0 it means what leaving it out means.</summary>
    public static EntryKey<TEntry> Count(string name, Func<TEntry, int?, TEntry> with)
        => Of(name, new EntryCountType(), with);
}
