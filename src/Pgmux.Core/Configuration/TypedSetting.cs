namespace Pgmux.Core.Configuration;

/// <summary>A setting whose value is a <typeparamref name="T"/>.</summary>
/// <param name="name">The key.</param>
/// <param name="defaultText">The default, as PgBouncer's manual writes it.</param>
/// <param name="type">How the text is read.</param>
/// <param name="get">Takes the value out of the options.</param>
/// <param name="with">Makes options that hold another value.</param>
internal sealed class TypedSetting<T>(
    string name,
    string? defaultText,
    SettingType<T> type,
    Func<PgmuxOptions, T> get,
    Func<PgmuxOptions, T, PgmuxOptions> with)
    : Setting(name, defaultText)
{
    /// <inheritdoc/>
    public override bool TryApply(PgmuxOptions options, string text, out PgmuxOptions result, out string problem)
    {
        var isValid = type.TryParse(text, out var value, out problem);
        result = isValid ? with(options, value) : options;
        return isValid;
    }

    /// <inheritdoc/>
    public override PgmuxOptions Copy(PgmuxOptions source, PgmuxOptions target) => with(target, get(source));

    /// <inheritdoc/>
    public override string? Print(PgmuxOptions options) => type.Print(get(options));

    /// <inheritdoc/>
    public override bool HidesSecrets => type.HidesSecrets;

    /// <inheritdoc/>
    public override bool AreEqual(PgmuxOptions left, PgmuxOptions right)
        => EqualityComparer<T>.Default.Equals(get(left), get(right));
}
