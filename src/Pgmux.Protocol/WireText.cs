using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Unicode;

namespace Pgmux.Protocol;

/// <summary>
/// Strings of the protocol as .NET strings without loss. The encoding of a name in a startup packet is the client's affair, so bytes
/// that are no UTF-8 must come back as they were: each becomes the lone low surrogate U+DC00 + byte, which no valid text contains.
/// </summary>
public static class WireText
{
    private const char FirstEscape = '\uDC80';
    private const char LastEscape = '\uDCFF';
    private const int EscapeBase = 0xDC00;

    private static readonly SearchValues<char> Escapes =
        SearchValues.Create([.. Enumerable.Range(FirstEscape, LastEscape - FirstEscape + 1).Select(value => (char)value)]);

    /// <summary>Decodes bytes; never fails.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var isValid = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) == OperationStatus.Done;
            if (isValid)
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (var value in bytes[..consumed])
                {
                    text.Append((char)(EscapeBase + value));
                }
            }

            bytes = bytes[consumed..];
        }

        return text.ToString();
    }

    /// <summary>Number of bytes that <see cref="Encode(ReadOnlySpan{char}, Span{byte})"/> writes.</summary>
    public static int GetByteCount(ReadOnlySpan<char> text)
    {
        if (!HasEscapes(text))
        {
            return Encoding.UTF8.GetByteCount(text);
        }

        var count = 0;
        while (!text.IsEmpty)
        {
            count += TryReadEscape(text, out _, out var rune, out var consumed) ? 1 : rune.Utf8SequenceLength;
            text = text[consumed..];
        }

        return count;
    }

    /// <summary>Writes the bytes of <paramref name="text"/> to the start of <paramref name="destination"/> and returns their number.</summary>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> destination)
    {
        if (!HasEscapes(text))
        {
            return Encoding.UTF8.GetBytes(text, destination);
        }

        var written = 0;
        while (!text.IsEmpty)
        {
            if (TryReadEscape(text, out var value, out var rune, out var consumed))
            {
                destination[written++] = value;
            }
            else
            {
                written += rune.EncodeToUtf8(destination[written..]);
            }

            text = text[consumed..];
        }

        return written;
    }

    /// <summary>The bytes of <paramref name="text"/>.</summary>
    public static byte[] Encode(ReadOnlySpan<char> text)
    {
        var bytes = new byte[GetByteCount(text)];
        var written = Encode(text, bytes);
        Debug.Assert(written == bytes.Length, "count and encoding disagree");
        return bytes;
    }

    /// <summary>Whether the text may stand for bytes that are no UTF-8; a surrogate pair of real text may look so too.</summary>
    private static bool HasEscapes(ReadOnlySpan<char> text) => text.ContainsAny(Escapes);

    private static bool TryReadEscape(ReadOnlySpan<char> text, out byte value, out Rune rune, out int consumed)
    {
        var status = Rune.DecodeFromUtf16(text, out rune, out consumed);
        value = 0;
        if (status == OperationStatus.Done || text[0] is < FirstEscape or > LastEscape)
        {
            return false;
        }

        value = (byte)(text[0] - EscapeBase);
        consumed = 1;
        return true;
    }
}
