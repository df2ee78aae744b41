using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Pgmux.Core.Diagnostics.Lines;

/// <summary>Makes one line of one event: <c>2026-11-20 13:00:00.123 UTC [123] LOG text</c>.</summary>
internal static class LogLine
{
    /// <summary>PIPE_BUF of Linux: the most that one write puts into a pipe whole, or not at all.</summary>
    public const int LongestBytes = 4096;

    private const string CutMark = "...";

    /// <summary>The line with its newline.</summary>
    public static byte[] Format(in LogEntry entry)
    {
        var line = new StringBuilder(64 + entry.Text.Length);
        line.Append(entry.Time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture));
        line.Append(CultureInfo.InvariantCulture, $" UTC [{entry.ProcessId}] {NameOf(entry.Level)} ");
        AppendEscaped(line, entry.Text);
        return Encode(line.ToString(), "\n");
    }

    /// <summary>The bytes of a text and its end, no more than <see cref="LongestBytes"/>: a text that is too long is cut and marked.</summary>
    public static byte[] Encode(string text, string end)
    {
        var bytes = Encoding.UTF8.GetBytes(text + end);
        return bytes.Length <= LongestBytes ? bytes : Cut(bytes, end);
    }

    /// <summary>PgBouncer's name of a level.</summary>
    public static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "NOISE",
        LogLevel.Debug => "DEBUG",
        LogLevel.Information => "LOG",
        LogLevel.Warning => "WARNING",
        LogLevel.Error => "ERROR",
        _ => "FATAL",
    };

    /// <summary>
    /// Appends a text with its control characters made visible: names and messages come from strangers, and nothing of theirs may start
    /// a line or move a cursor.
    /// </summary>
    public static void AppendEscaped(StringBuilder line, string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '\n':
                    line.Append("\\n");
                    break;
                case '\r':
                    line.Append("\\r");
                    break;
                case '\t':
                    line.Append("\\t");
                    break;
                default:
                    AppendVisible(line, rune);
                    break;
            }
        }
    }

    private static void AppendVisible(StringBuilder line, Rune rune)
    {
        var isHidden = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
        if (isHidden)
        {
            line.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        }
        else
        {
            line.Append(rune);
        }
    }

    private static byte[] Cut(byte[] bytes, string end)
    {
        var length = LongestBytes - CutMark.Length - end.Length;

        // Not in the middle of a character: continuation bytes have the form 10xxxxxx.
        while ((bytes[length] & 0b1100_0000) == 0b1000_0000)
        {
            length--;
        }

        return [.. bytes.AsSpan(0, length), .. Encoding.ASCII.GetBytes(CutMark + end)];
    }
}
