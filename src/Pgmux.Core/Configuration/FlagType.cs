namespace Pgmux.Core.Configuration;

/// <summary>0 or 1. PgBouncer keeps flags in integers, so any number but 0 means yes and words are refused.</summary>
internal sealed class FlagType : SettingType<bool>
{
    /// <inheritdoc/>
    public override bool TryParse(string text, out bool value, out string problem)
    {
        problem = "must be 0 or 1";
        var isNumber = CNumber.TryParseInteger(text, out var number);
        value = number != 0;
        return isNumber;
    }

    /// <inheritdoc/>
    public override string Print(bool value) => value ? "1" : "0";
}
