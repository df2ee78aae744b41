using System.Globalization;

namespace Pgmux.Core.Configuration;

/// <summary>A TCP port of a server.</summary>
internal sealed class PortType : SettingType<int>
{
    /// <inheritdoc/>
    public override bool TryParse(string text, out int value, out string problem)
    {
        problem = "must be a port from 1 to 65535";
        return CNumber.TryParsePrefix(text, out value) && value is >= 1 and <= 65535;
    }

    /// <inheritdoc/>
    public override string Print(int value) => value.ToString(CultureInfo.InvariantCulture);
}
