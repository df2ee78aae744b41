using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pgmux.Core.Diagnostics.Lines;

/// <summary>
/// Makes one line of JSON of one event: <c>{"time":"2026-11-20T13:00:00.123Z","pid":123,"level":"LOG","event":1000,"message":"text"}</c>.
/// pgmux's own; levels have PgBouncer's names, event is an id of <see cref="EventIds"/>.
/// </summary>
internal static class JsonLine
{
    private const string CutMark = "...";

    // What is around the message: braces, names, a time and three numbers.
    private const int FrameBytes = 128;

    /// <summary>The line with its newline, no longer than <see cref="LogLine.LongestBytes"/>: a message that is too long is cut.</summary>
    public static byte[] Format(in LogEntry entry)
    {
        var line = Write(entry, entry.Text);
        for (var length = LogLine.LongestBytes - FrameBytes; line.Length > LogLine.LongestBytes; length /= 2)
        {
            line = Write(entry, Cut(entry.Text, length));
        }

        return line;
    }

    private static byte[] Write(in LogEntry entry, string message)
    {
        var buffer = new ArrayBufferWriter<byte>(LogLine.LongestBytes);

        // Everything outside of ASCII and every control character escaped: a terminal shows a line as it is. No field: whoever calls this
        // class would load the library for it, and most logs are no JSON.
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.Default, SkipValidation = true };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteString("time"u8, entry.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteNumber("pid"u8, entry.ProcessId);
            json.WriteString("level"u8, LogLine.NameOf(entry.Level));
            json.WriteNumber("event"u8, entry.EventId);
            json.WriteString("message"u8, message);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    // Not between the halves of a character that UTF-16 writes as two.
    private static string Cut(string text, int length)
    {
        var kept = Math.Min(length, text.Length);
        return string.Concat(text.AsSpan(0, kept > 0 && char.IsHighSurrogate(text[kept - 1]) ? kept - 1 : kept), CutMark);
    }
}
