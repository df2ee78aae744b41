using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Pgmux.Core.Diagnostics;

/// <summary>Makes one line of one event: <c>2026-11-20 13:00:00.123 UTC [123] LOG text</c>.</summary>
internal static class LogLine
{
    /// <summary>PIPE_BUF of Linux: the most that one write puts into a pipe whole, or not at all.</summary>
    public const int LongestBytes = 4096;

    private const string CutMark = "...";

    /// <summary>The line with its newline.</summary>
    public static byte[] Format(DateTimeOffset utcNow, int processId, LogLevel level, string text)
    {
        var line = new StringBuilder(64 + text.Length);
        line.Append(utcNow.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture));
        line.Append(CultureInfo.InvariantCulture, $" UTC [{processId}] {NameOf(level)} ");
        AppendEscaped(line, text);
        line.Append('\n');
        var bytes = Encoding.UTF8.GetBytes(line.ToString());
        return bytes.Length <= LongestBytes ? bytes : Cut(bytes);
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

    // Names and messages come from strangers: no control character of theirs may start a line or move a cursor.
    private static void AppendEscaped(StringBuilder line, string text)
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

    private static byte[] Cut(byte[] bytes)
    {
        var length = LongestBytes - CutMark.Length - 1;

        // Not in the middle of a character: continuation bytes have the form 10xxxxxx.
        while ((bytes[length] & 0b1100_0000) == 0b1000_0000)
        {
            length--;
        }

        return [.. bytes.AsSpan(0, length), .. Encoding.ASCII.GetBytes(CutMark), (byte)'\n'];
    }
}
