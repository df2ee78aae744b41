using System.Text;
using Pgmux.Protocol;

namespace Pgmux.Core.Configuration.Hba;

/// <summary>
/// Reads files into lines of words. A backslash at the end of a line continues it in the next one, in comments and quotes too, as in
/// PostgreSQL 14 and later; PgBouncer has no continuation and drops such a line. A file that several lines name is read once.
/// </summary>
internal sealed class HbaFiles(HbaFaults faults)
{
    /// <summary>PostgreSQL's limit of files that lead to one another (CONF_FILE_MAX_DEPTH).</summary>
    public const int Deepest = 10;

    /// <summary>Two hundred thousand rules of the usual length.</summary>
    public const long LargestFileBytes = 16 * 1024 * 1024;

    /// <summary>A hundred thousand names in one column; more belong into a file of their own.</summary>
    public const int LongestLineBytes = 1024 * 1024;

    /// <summary>Files that name one another are read once each; this many are a mistake.</summary>
    public const int MostFiles = 1000;

    private readonly Dictionary<string, IReadOnlyList<HbaLine>> _read = [];

    /// <summary>The file's lines, without those that cannot be split: their faults are told, and they are not used anyway then.</summary>
    /// <param name="path">The file.</param>
    /// <param name="namedAt">The line that names it.</param>
    /// <param name="what">What names it, for the message.</param>
    public IReadOnlyList<HbaLine> Read(string path, SourceLocation namedAt, string what)
    {
        if (_read.TryGetValue(path, out var known))
        {
            return known;
        }

        if (_read.Count >= MostFiles)
        {
            faults.Add(namedAt, $"more than {MostFiles} files are named by HBA and ident files");
            return [];
        }

        var lines = new List<HbaLine>();
        _read.Add(path, lines);
        var bytes = BoundedFile.Read(path, LargestFileBytes, out var problem);
        if (bytes is null)
        {
            faults.Add(namedAt, $"{what} \"{path}\" {problem}");
            return [];
        }

        if (bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble))
        {
            faults.Add(new SourceLocation(path, 1), "a byte order mark stands at its start; save the file as UTF-8 without one");
            return [];
        }

        Split(bytes, path, lines);
        return lines;
    }

    /// <summary>Where a file lies that is named in another: beside that one, unless its name begins at the root.</summary>
    public static string Resolve(string name, SourceLocation namedAt) =>
        Path.Combine(Path.GetDirectoryName(namedAt.File) ?? "", name);

    private void Split(ReadOnlySpan<byte> content, string path, List<HbaLine> lines)
    {
        var number = 0;
        while (!content.IsEmpty && !faults.IsFull)
        {
            var location = new SourceLocation(path, number + 1);
            var line = TakeLine(ref content, ref number);
            if (line.Length > LongestLineBytes)
            {
                faults.Add(location, $"is longer than {LongestLineBytes / 1024} KiB; put long lists of names into a file and write @file");
                continue;
            }

            if (line.Contains((byte)0))
            {
                faults.Add(location, "a zero byte stands in it");
                continue;
            }

            var fields = new List<HbaField>();
            if (!HbaLexer.TrySplit(WireText.Decode(line), fields, out var problem))
            {
                faults.Add(location, problem);
            }
            else if (fields.Count > 0)
            {
                lines.Add(new HbaLine(location, fields));
            }
        }
    }

    // One line with those that continue it.
    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> content, ref int number)
    {
        var line = TakePhysicalLine(ref content, ref number);
        if (line is not [.., (byte)'\\'])
        {
            return line;
        }

        var joined = new List<byte>();
        while (line is [.., (byte)'\\'])
        {
            joined.AddRange(line[..^1]);
            line = TakePhysicalLine(ref content, ref number);
        }

        joined.AddRange(line);
        return joined.ToArray();
    }

    private static ReadOnlySpan<byte> TakePhysicalLine(ref ReadOnlySpan<byte> content, ref int number)
    {
        if (content.IsEmpty)
        {
            return [];
        }

        number++;
        var end = content.IndexOf((byte)'\n');
        var line = end < 0 ? content : content[..end];
        content = end < 0 ? [] : content[(end + 1)..];
        return line.TrimEnd((byte)'\r');
    }
}
