namespace Pgmux.Core.Configuration.Hba;

/// <summary>
/// Puts the lines of included files in place of <c>include</c>, <c>include_if_exists</c> and <c>include_dir</c>, which PostgreSQL has
/// since version 16. PgBouncer has none of them.
/// </summary>
internal sealed class HbaIncludes(HbaFiles files, HbaFaults faults)
{
    /// <summary>Lines of all files together, those of a file counted each time that it is included.</summary>
    public const int MostLines = 1_000_000;

    private const string Include = "include";
    private const string IncludeIfExists = "include_if_exists";
    private const string IncludeDirectory = "include_dir";

    private int _linesRead;

    /// <summary>Reads the file and all that it includes.</summary>
    public IReadOnlyList<HbaLine> Read(string path, SourceLocation namedAt, string what)
    {
        var lines = new List<HbaLine>();
        Add(files.Read(path, namedAt, what), lines, 1);
        return lines;
    }

    private void Add(IReadOnlyList<HbaLine> read, List<HbaLine> lines, int depth)
    {
        foreach (var line in read)
        {
            if (faults.IsFull)
            {
                return;
            }

            if (++_linesRead > MostLines)
            {
                faults.Add(line.Location, $"the HBA and ident files have more than {MostLines} lines together");
            }
            else if (line.Fields[0].First.Text is not (Include or IncludeIfExists or IncludeDirectory))
            {
                lines.Add(line);
            }
            else if (line.Fields.Count != 2 || line.Fields[0].IsList || line.Fields[1].IsList)
            {
                faults.Add(line.Location, $"expected {line.Fields[0].First.Text} and one name");
            }
            else if (depth >= HbaFiles.Deepest)
            {
                faults.Add(line.Location, $"files are included deeper than {HbaFiles.Deepest} levels");
            }
            else
            {
                foreach (var path in PathsOf(line))
                {
                    Add(files.Read(path, line.Location, "included file"), lines, depth + 1);
                }
            }
        }
    }

    private IEnumerable<string> PathsOf(HbaLine line)
    {
        var path = HbaFiles.Resolve(line.Fields[1].First.Text, line.Location);
        return line.Fields[0].First.Text switch
        {
            Include => [path],
            IncludeIfExists => File.Exists(path) ? [path] : [],
            _ => FilesIn(path, line.Location),
        };
    }

    // PostgreSQL's choice and order: *.conf without hidden files, by bytes.
    private IEnumerable<string> FilesIn(string directory, SourceLocation namedAt)
    {
        try
        {
            return Directory.GetFiles(directory, "*.conf")
                .Where(path => !Path.GetFileName(path).StartsWith('.'))
                .Order(StringComparer.Ordinal);
        }
        catch (Exception e) when (FileProblem.IsExpected(e))
        {
            faults.Add(namedAt, $"included directory \"{directory}\" cannot be read: {FileProblem.Describe(e)}");
            return [];
        }
    }
}
