namespace Pgmux.Core.Configuration;

/// <summary>One key that an entry of [databases] or [users] may have.</summary>
/// <typeparam name="TEntry">What the entry becomes.</typeparam>
internal sealed class EntryKey<TEntry>
{
    /// <summary>The key as it is written.</summary>
    public required string Name { get; init; }

    /// <summary>What pgmux makes of it.</summary>
    public SettingSupport Support { get; init; } = SettingSupport.Honoured;

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

    /// <summary>A key that must not say anything but <paramref name="accepted"/> (nothing at all where that is null).</summary>
    public static EntryKey<TEntry> NotYet(string name, string? accepted) => new()
    {
        Name = name,
        Support = SettingSupport.NotYet,
        Apply = (_, text) => string.Equals(text, accepted, StringComparison.OrdinalIgnoreCase)
            ? null
            : accepted is null ? "is not built into pgmux yet; leave it out" : $"is not built into pgmux yet; leave it out or write {accepted}",
    };
}
