using System.Globalization;
using System.Text;
using Pgmux.Protocol;

namespace Pgmux.Core.Tests.Admin;

/// <summary>Backend messages as short texts that a test can compare.</summary>
internal static class BackendTrace
{
    public static string[] Of(ReadOnlySpan<byte> bytes)
    {
        var messages = new List<string>();
        while (!bytes.IsEmpty)
        {
            Assert.That(FrameReader.TryPeek(bytes, int.MaxValue, out var type, out var length), Is.True, "a message is cut");
            messages.Add(Describe((BackendMessageType)type, bytes.Slice(FrameReader.HeaderBytes, length)));
            bytes = bytes[(FrameReader.HeaderBytes + length)..];
        }

        return [.. messages];
    }

    private static string Describe(BackendMessageType type, ReadOnlySpan<byte> body)
    {
        var content = type switch
        {
            BackendMessageType.RowDescription => Columns(body),
            BackendMessageType.DataRow => Values(body),
            BackendMessageType.CommandComplete => Encoding.UTF8.GetString(body[..^1]),
            BackendMessageType.ReadyForQuery => Encoding.ASCII.GetString(body),
            BackendMessageType.ErrorResponse or BackendMessageType.NoticeResponse => Fields(ErrorFields.Read(body)),
            _ => "",
        };
        return content.Length == 0 ? $"{(char)type}" : $"{(char)type}({content})";
    }

    private static string Fields(ErrorFields fields)
        => fields.Severity == "ERROR" ? $"{fields.SqlState} {fields.Message}" : $"{fields.Severity} {fields.SqlState} {fields.Message}";

    private static string Columns(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        var columns = new string[reader.ReadInt16()];
        for (var i = 0; i < columns.Length; i++)
        {
            var name = Encoding.UTF8.GetString(reader.ReadCString());
            reader.ReadInt32();
            reader.ReadInt16();
            var oid = reader.ReadInt32();
            reader.ReadInt16();
            reader.ReadInt32();
            var format = reader.ReadInt16() == 0 ? "" : " binary";
            columns[i] = string.Create(CultureInfo.InvariantCulture, $"{name}:{oid}{format}");
        }

        reader.ExpectEnd();
        return string.Join(',', columns);
    }

    // Text as it is; what is no text (binary numbers) in hexadecimal.
    private static string Values(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        var values = new string[reader.ReadInt16()];
        for (var i = 0; i < values.Length; i++)
        {
            var length = reader.ReadInt32();
            if (length < 0)
            {
                values[i] = "NULL";
                continue;
            }

            var bytes = reader.ReadBytes(length);
            values[i] = bytes.ContainsAnyInRange((byte)0, (byte)31) ? $"x{Convert.ToHexStringLower(bytes)}" : Encoding.UTF8.GetString(bytes);
        }

        reader.ExpectEnd();
        return string.Join(',', values);
    }
}
