using System.Text.RegularExpressions;
using Pgmux.Core.Tests.Coverage;

namespace Pgmux.Core.Tests.Faults;

/// <summary>The rows of the catalogue of faults. Each has a section; one that is declared waits for a feature.</summary>
internal static partial class FaultRows
{
    /// <summary>Named by the property "Row", by a word of a test's name (E15_...), or by a line "#: rows E15 B94" of a script.</summary>
    public static RowList List { get; } = new("Faults", "Row", TestName(), ScriptLine());

    [GeneratedRegex("(void|Task) (?<id>[A-Z][0-9]{2,3})_")]
    private static partial Regex TestName();

    [GeneratedRegex("^#: rows (?<ids>.*)$", RegexOptions.Multiline)]
    private static partial Regex ScriptLine();
}
