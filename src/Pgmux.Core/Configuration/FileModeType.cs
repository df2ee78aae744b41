using System.Globalization;

namespace Pgmux.Core.Configuration;

/// <summary>Permissions of a file: a number, octal when it starts with 0.</summary>
internal sealed class FileModeType : SettingType<UnixFileMode>
{
    private static readonly IntegerType Number = new(0, 0b111_111_111);

    /// <inheritdoc/>
    public override bool TryParse(string text, out UnixFileMode value, out string problem)
    {
        var isNumber = Number.TryParse(text, out var bits, out _);
        problem = "must be a file mode from 0 to 0777; a leading 0 makes it octal";
        value = (UnixFileMode)bits;
        return isNumber;
    }

    /// <summary>Decimal, as PgBouncer's SHOW CONFIG prints it.</summary>
    public override string Print(UnixFileMode value) => ((int)value).ToString(CultureInfo.InvariantCulture);
}
