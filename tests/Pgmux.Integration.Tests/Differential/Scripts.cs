namespace Pgmux.Integration.Tests.Differential;

/// <summary>The scripts that stand beside the tests.</summary>
internal static class Scripts
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Differential", "Scripts");

    /// <summary>All scripts; those that need the same settings of pgmux stand together.</summary>
    public static IReadOnlyList<Script> All { get; } =
        [.. Directory.EnumerateFiles(Folder, "*.script", SearchOption.AllDirectories)
            .Select(file => ScriptParser.Parse(Path.GetRelativePath(Folder, file)[..^".script".Length], File.ReadAllText(file)))
            .OrderBy(script => (script.SharesUnnamed, script.PreparedStatements)).ThenBy(script => script.Name, StringComparer.Ordinal)];

    /// <summary>A case per script and pool mode.</summary>
    public static IEnumerable<TestCaseData> Cases() => All.SelectMany(CasesOf);

    /// <summary>The cases of those scripts whose bytes are cut at every place.</summary>
    public static IEnumerable<TestCaseData> SplitCases() => All.Where(script => script.IsSplit).SelectMany(CasesOf);

    private static IEnumerable<TestCaseData> CasesOf(Script script) => script.Modes.Where(mode => mode != "wandering" || script.ClientCount == 1).Select(mode =>
    {
        var data = new TestCaseData(script, mode).SetArgDisplayNames(script.Name, mode);
        foreach (var row in script.Rows)
        {
            data.SetProperty("Row", row);
        }

        return data;
    });
}
