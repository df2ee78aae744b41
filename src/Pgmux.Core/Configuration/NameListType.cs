namespace Pgmux.Core.Configuration;

/// <summary>Names with commas between them.</summary>
internal sealed class NameListType : SettingType<NameList>
{
    /// <inheritdoc/>
    public override bool TryParse(string text, out NameList value, out string problem)
    {
        value = new NameList(text);
        problem = "";
        return true;
    }

    /// <inheritdoc/>
    public override string Print(NameList value) => value.Text;
}
