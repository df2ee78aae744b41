namespace Pgmux.Core.Configuration;

/// <summary>
/// 0 or 1. PgBouncer keeps flags in integers, so any number but 0 means yes; it refuses words, and pgmux takes PostgreSQL's.
/// </summary>
internal sealed class FlagType : SettingType<bool>
{
    /// <inheritdoc/>
    public override bool TryParse(string text, out bool value, out string problem)
    {
        problem = "must be 0 or 1 (or no, yes, off, on, false, true)";
        value = text.ToUpperInvariant() is "YES" or "ON" or "TRUE";
        if (value || text.ToUpperInvariant() is "NO" or "OFF" or "FALSE")
        {
            return true;
        }

        var isNumber = CNumber.TryParseInteger(text, out var number);
        value = number != 0;
        return isNumber;
    }

    /// <inheritdoc/>
    public override string Print(bool value) => value ? "1" : "0";
}
