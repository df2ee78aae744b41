namespace Pgmux.Core.Configuration;

/// <summary>One key of the section [pgbouncer]: a row of <see cref="SettingTable"/>.</summary>
internal abstract class Setting(string name, string? defaultText)
{
    /// <summary>The key as it is written in the file.</summary>
    public string Name { get; } = name;

    /// <summary>The default as SHOW CONFIG prints it; null where PgBouncer has none.</summary>
    public string? DefaultText { get; } = defaultText;

    /// <summary>Whether RELOAD and SET take a new value. The others keep the running one until the process starts again.</summary>
    public bool IsChangeable { get; private set; } = true;

    /// <summary>What pgmux makes of it.</summary>
    public SettingSupport Support { get; init; } = SettingSupport.Honoured;

    /// <summary>Says that RELOAD keeps the running value.</summary>
    public Setting Fixed()
    {
        IsChangeable = false;
        return this;
    }

    /// <summary>Puts the value written as <paramref name="text"/> into <paramref name="options"/>.</summary>
    public abstract bool TryApply(PgmuxOptions options, string text, out PgmuxOptions result, out string problem);

    /// <summary>Puts the value that <paramref name="source"/> has into <paramref name="target"/>.</summary>
    public abstract PgmuxOptions Copy(PgmuxOptions source, PgmuxOptions target);

    /// <summary>The value for SHOW CONFIG.</summary>
    public abstract string? Print(PgmuxOptions options);

    /// <summary>Whether <see cref="Print"/> leaves out what is secret.</summary>
    public abstract bool HidesSecrets { get; }

    /// <summary>Whether the two hold the same value.</summary>
    public abstract bool AreEqual(PgmuxOptions left, PgmuxOptions right);

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
