namespace Pgmux.Core.Configuration;

/// <summary>How the text of a setting becomes a value and back.</summary>
internal abstract class SettingType<T>
{
    /// <summary>Reads <paramref name="text"/>; when it cannot, <paramref name="problem"/> says what would be right ("must be ...").</summary>
    public abstract bool TryParse(string text, out T value, out string problem);

    /// <summary>The form that SHOW CONFIG prints, and that <see cref="TryParse"/> reads back to the same value.</summary>
    public abstract string? Print(T value);

    /// <summary>Whether <see cref="Print"/> leaves out what is secret: such a value is printed nowhere as it was written.</summary>
    public virtual bool HidesSecrets => false;
}
