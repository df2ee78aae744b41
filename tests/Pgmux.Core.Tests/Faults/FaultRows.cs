using System.Text.RegularExpressions;
using Pgmux.Core.Tests.Configuration;

namespace Pgmux.Core.Tests.Faults;

/// <summary>The rows of the catalogue of faults, and where the sources of the tests name them; tests/coverage-of-faults.sh prints the same.</summary>
internal static partial class FaultRows
{
    /// <summary>Section by id.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = Read("rows.txt");

    /// <summary>The feature that a row waits for, by id.</summary>
    public static IReadOnlyDictionary<string, string> Declared { get; } = Read("declared.txt");

    /// <summary>The names of the files that name a row, by id.</summary>
    public static ILookup<string, string> Named { get; } = Sources()
        .SelectMany(file => IdsOf(file), (file, id) => (file, id))
        .ToLookup(pair => pair.id, pair => Path.GetFileName(pair.file));

    private static Dictionary<string, string> Read(string name) => File.ReadLines(Path.Combine(TestsFolder(), "Pgmux.Core.Tests", "Faults", name))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(' ', 2))
        .ToDictionary(parts => parts[0], parts => parts[1]);

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(TestsFolder(), "*", SearchOption.AllDirectories)
        .Where(file => Path.GetExtension(file) is ".cs" or ".script" && !BuildOutput().IsMatch(file));

    private static IEnumerable<string> IdsOf(string file)
    {
        var text = File.ReadAllText(file);
        return Path.GetExtension(file) == ".cs"
            ? Tags().Matches(text).Concat(TestNames().Matches(text)).Select(match => match.Groups["id"].Value)
            : ScriptRows().Matches(text).SelectMany(match => match.Groups["ids"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string TestsFolder() => RepositoryFiles.PathOf("tests");

    [GeneratedRegex("/(bin|obj)/")]
    private static partial Regex BuildOutput();

    [GeneratedRegex("\"Row\", \"(?<id>[A-Z]+[0-9]+)\"")]
    private static partial Regex Tags();

    [GeneratedRegex("(void|Task) (?<id>[A-Z][0-9]{2,3})_")]
    private static partial Regex TestNames();

    [GeneratedRegex("^#: rows (?<ids>.*)$", RegexOptions.Multiline)]
    private static partial Regex ScriptRows();
}
