namespace Pgmux.Core.Configuration;

/// <summary>Any text; null is a setting that was never set and has no default.</summary>
internal sealed class TextType : SettingType<string?>
{
    /// <inheritdoc/>
    public override bool TryParse(string text, out string? value, out string problem)
    {
        value = text;
        problem = "";
        return true;
    }

    /// <inheritdoc/>
    public override string? Print(string? value) => value;
}
