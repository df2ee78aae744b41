using System.Text;
using Pgmux.Protocol;

namespace Pgmux.Core.Configuration;

/// <summary>
/// Reads ini files as PgBouncer does: a comment takes a whole line, the value is the rest of its line, sections may come
/// again, and %include continues in another file. Goes on after a fault, so that one run finds all of them.
/// </summary>
internal sealed class IniReader(ICollection<ConfigFault> faults)
{
    /// <summary>PgBouncer's limit of nesting.</summary>
    private const int DeepestInclude = 10;

    /// <summary>Files that include one another twice would otherwise be read 2^10 times.</summary>
    private const int MostFiles = 1000;

    /// <summary>A hundred thousand databases fit into a tenth of it.</summary>
    private const long LargestFileBytes = 64 * 1024 * 1024;

    private const string IncludeWord = "%include";

    private readonly List<IniEntry> _entries = [];
    private string? _section;
    private bool _isOutsideReported;
    private int _filesRead;

    /// <summary>Reads the file and all that it includes.</summary>
    public IReadOnlyList<IniEntry> Read(string path)
    {
        ReadFile(path, null, 0);
        return _entries;
    }

    private void ReadFile(string path, SourceLocation? includedFrom, int depth)
    {
        var bytes = BoundedFile.Read(path, LargestFileBytes, out var problem);
        if (bytes is null)
        {
            faults.Add(includedFrom is { } place
                ? place.Fault($"included file \"{path}\" {problem}")
                : new ConfigFault(path, 0, problem));
            return;
        }

        _filesRead++;
        var content = bytes.AsSpan();
        if (content.StartsWith(Encoding.UTF8.Preamble))
        {
            faults.Add(new ConfigFault(path, 1, "starts with a byte order mark; save the file as UTF-8 without one"));
            content = content[Encoding.UTF8.Preamble.Length..];
        }

        var number = 0;
        foreach (var range in content.Split((byte)'\n'))
        {
            number++;
            ReadLine(content[range], new SourceLocation(path, number), depth);
        }
    }

    private void ReadLine(ReadOnlySpan<byte> bytes, SourceLocation location, int depth)
    {
        var line = WireText.Decode(bytes).AsSpan().Trim(" \t\v\f\r");
        while (true)
        {
            if (line.IsEmpty || line[0] is ';' or '#')
            {
                return;
            }

            if (line.Contains('\0'))
            {
                faults.Add(location.Fault("a zero byte stands in this line"));
                return;
            }

            if (line[0] != '[')
            {
                break;
            }

            // What follows the bracket on the same line is read like a line of its own.
            var end = line.IndexOf(']');
            _section = (end < 0 ? line[1..] : line[1..end]).ToString();
            _entries.Add(new IniEntry(_section, null, "", location));
            if (end < 0)
            {
                // The lines below are read as if the bracket were there, so that they are not wrong as well.
                faults.Add(location.Fault("syntax error: the section name has no closing bracket"));
                return;
            }

            line = line[(end + 1)..].TrimStart(" \t\v\f\r");
        }

        if (line.StartsWith(IncludeWord) && line.Length > IncludeWord.Length && line[IncludeWord.Length] is ' ' or '\t')
        {
            Include(line[IncludeWord.Length..].Trim(" \t").ToString(), location, depth);
            return;
        }

        ReadSetting(line, location);
    }

    private void Include(string path, SourceLocation location, int depth)
    {
        if (depth >= DeepestInclude)
        {
            faults.Add(location.Fault($"%include is nested deeper than {DeepestInclude} files"));
        }
        else if (_filesRead >= MostFiles)
        {
            faults.Add(location.Fault($"more than {MostFiles} files are included"));
        }
        else
        {
            ReadFile(path, location, depth + 1);
        }
    }

    private void ReadSetting(ReadOnlySpan<char> line, SourceLocation location)
    {
        if (!IniKey.TryRead(line, out var key, out var rest))
        {
            faults.Add(location.Fault("syntax error: expected key = value, [section] or a comment"));
        }
        else if (_section is not null)
        {
            _entries.Add(new IniEntry(_section, key, rest, location));
        }
        else if (!_isOutsideReported)
        {
            // Once is enough: the missing header is one mistake, however many lines follow.
            _isOutsideReported = true;
            faults.Add(location.Fault($"\"{key}\" stands before the first [section]"));
        }
    }
}
