namespace Pgmux.Core.Configuration;

/// <summary>Short ways to write a row of <see cref="SettingTable"/>.</summary>
internal static class SettingRow
{
    private static readonly SettingType<bool> Flags = new FlagType();
    private static readonly SettingType<string?> Texts = new TextType();
    private static readonly SettingType<NameList> Lists = new NameListType();
    private static readonly SettingType<TimeSpan> Times = new SecondsType();

    /// <summary>A row of any type.</summary>
    public static Setting Row<T>(
        string name, string? defaultText, SettingType<T> type, Func<PgmuxOptions, T> get, Func<PgmuxOptions, T, PgmuxOptions> with)
        => new TypedSetting<T>(name, defaultText, type, get, with);

    /// <summary>0 or 1.</summary>
    public static Setting Flag(string name, string defaultText, Func<PgmuxOptions, bool> get, Func<PgmuxOptions, bool, PgmuxOptions> with)
        => Row(name, defaultText, Flags, get, with);

    /// <summary>A whole number from 0 on.</summary>
    public static Setting Count(string name, string defaultText, Func<PgmuxOptions, int> get, Func<PgmuxOptions, int, PgmuxOptions> with)
        => Row(name, defaultText, new IntegerType(0, int.MaxValue), get, with);

    /// <summary>Decimal seconds.</summary>
    public static Setting Seconds(
        string name, string defaultText, Func<PgmuxOptions, TimeSpan> get, Func<PgmuxOptions, TimeSpan, PgmuxOptions> with)
        => Row(name, defaultText, Times, get, with);

    /// <summary>Any text.</summary>
    public static Setting Text(
        string name, string? defaultText, Func<PgmuxOptions, string?> get, Func<PgmuxOptions, string?, PgmuxOptions> with)
        => Row(name, defaultText, Texts, get, with);

    /// <summary>Names with commas between them.</summary>
    public static Setting Names(
        string name, string defaultText, Func<PgmuxOptions, NameList> get, Func<PgmuxOptions, NameList, PgmuxOptions> with)
        => Row(name, defaultText, Lists, get, with);

    /// <summary>A row that may hold anything valid and changes nothing.</summary>
    public static Setting WithoutEffect<T>(string name, string defaultText, SettingType<T> type)
    {
        if (!type.TryParse(defaultText, out var byDefault, out var problem))
        {
            throw new ArgumentException($"the default of {name} {problem}", nameof(defaultText));
        }

        return new TypedSetting<T>(
            name,
            defaultText,
            type,
            options => options.Others.TryGetValue(name, out var value) ? (T)value : byDefault,
            (options, value) => options with
            {
                Others = value is null ? options.Others.Remove(name) : options.Others.SetItem(name, value),
            })
        {
            Support = SettingSupport.WithoutEffect,
        };
    }

    /// <summary>The same with a text.</summary>
    public static Setting TextWithoutEffect(string name, string defaultText)
        => WithoutEffect(name, defaultText, Texts);
}
