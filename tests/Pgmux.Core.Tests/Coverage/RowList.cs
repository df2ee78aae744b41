using System.Text.RegularExpressions;
using Pgmux.Core.Tests.Configuration;

namespace Pgmux.Core.Tests.Coverage;

/// <summary>
/// The rows of a list that tests are to name, those that are declared to have no test, and where the sources of the tests name them.
/// tests/coverage-of-faults.sh prints the same.
/// </summary>
internal sealed partial class RowList
{
    private readonly string _folder;
    private readonly Regex _tag;
    private readonly Regex? _testName;
    private readonly Regex? _scriptLine;

    /// <param name="folder">Of Pgmux.Core.Tests: has rows.txt and declared.txt.</param>
    /// <param name="tag">The name of the property of a test that names a row.</param>
    /// <param name="testName">What names a row in the name of a test, as the group "id"; null when nothing does.</param>
    /// <param name="scriptLine">A line of a script that names rows, as the group "ids"; null when none does.</param>
    public RowList(string folder, string tag, Regex? testName = null, Regex? scriptLine = null)
    {
        _folder = folder;
        _tag = new Regex($"\"{tag}\", \"(?<id>[A-Z]+[0-9]+)\"");
        _testName = testName;
        _scriptLine = scriptLine;
        All = Read("rows.txt");
        Declared = Read("declared.txt");
        Named = Sources()
            .SelectMany(file => IdsOf(file), (file, id) => (file, id))
            .ToLookup(pair => pair.id, pair => Path.GetFileName(pair.file));
    }

    /// <summary>What stands behind the id, by id: the section, and for some lists a text.</summary>
    public IReadOnlyDictionary<string, string> All { get; }

    /// <summary>Why a row has no test, by id.</summary>
    public IReadOnlyDictionary<string, string> Declared { get; }

    /// <summary>The names of the files that name a row, by id.</summary>
    public ILookup<string, string> Named { get; }

    /// <summary>Whether a test names the row.</summary>
    public bool IsNamed(string id) => Named.Contains(id);

    private Dictionary<string, string> Read(string name) => File.ReadLines(Path.Combine(TestsFolder(), "Pgmux.Core.Tests", _folder, name))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split(' ', 2))
        .ToDictionary(parts => parts[0], parts => parts[1]);

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(TestsFolder(), "*", SearchOption.AllDirectories)
        .Where(file => Path.GetExtension(file) is ".cs" or ".script" && !BuildOutput().IsMatch(file));

    private IEnumerable<string> IdsOf(string file)
    {
        var text = File.ReadAllText(file);
        if (Path.GetExtension(file) == ".script")
        {
            return _scriptLine?.Matches(text).SelectMany(match => match.Groups["ids"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)) ?? [];
        }

        IEnumerable<Match> testNames = _testName is null ? [] : _testName.Matches(text);
        return _tag.Matches(text).Concat(testNames).Select(match => match.Groups["id"].Value);
    }

    private static string TestsFolder() => RepositoryFiles.PathOf("tests");

    [GeneratedRegex("/(bin|obj)/")]
    private static partial Regex BuildOutput();
}
